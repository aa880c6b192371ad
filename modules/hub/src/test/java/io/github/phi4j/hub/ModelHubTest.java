package io.github.phi4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelHubTest {

  private static final String NAME = "phi-4-Q4_K_M.gguf";
  private static final ModelReference REFERENCE = ModelReference.parse("microsoft/phi-4-gguf");

  @TempDir private Path folder;
  private final byte[] content = bytes(300_000, 1);
  private BadHub server;

  @BeforeEach
  void start() {
    server = new BadHub().file(NAME, content).file("phi-4-Q8_0.gguf", bytes(1000, 2));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static byte[] bytes(int count, long seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private ModelHub hub() {
    return builder().build();
  }

  private ModelHub.Builder builder() {
    return ModelHub.builder(Map.of("HF_HOME", folder.resolve("none").toString()))
        .endpoint(server.uri())
        .cache(folder.resolve("cache"))
        .patience(Duration.ofSeconds(20))
        .firstPause(Duration.ofMillis(1));
  }

  private Path home() {
    return folder.resolve("cache/models--microsoft--phi-4-gguf");
  }

  @Test
  void theCacheHasHuggingFacesLayout() throws Exception {
    CachedModel model = hub().pull(REFERENCE);

    Path snapshot = home().resolve("snapshots").resolve(BadHub.COMMIT);
    assertThat(model.file()).isEqualTo(snapshot.resolve(NAME)).hasBinaryContent(content);
    assertThat(model.bytes()).isEqualTo(content.length);
    assertThat(Files.readSymbolicLink(model.file()))
        .isEqualTo(Path.of("../../blobs/" + Checksums.of(model.file())));
    assertThat(home().resolve("refs/main")).hasContent(BadHub.COMMIT);
    assertThat(hub().find(REFERENCE)).contains(model);
    assertThat(hub().list()).containsExactly(model);
    assertThat(hub().verify(model)).isEmpty();
  }

  @Test
  void cachedModelsAreNotFetchedAgain() throws Exception {
    hub().pull(REFERENCE);
    CachedModel again = hub().pull(REFERENCE);

    assertThat(server.downloads()).isEqualTo(1);
    assertThat(builder().offline(true).build().pull(REFERENCE)).isEqualTo(again);
  }

  @Test
  void aNewCommitWithTheSameFileOnlyGetsALink() throws Exception {
    hub().pull(REFERENCE);
    server.commit = "f".repeat(40);
    CachedModel model = hub().pull(REFERENCE);

    assertThat(server.downloads()).isEqualTo(1);
    assertThat(model.commit()).isEqualTo(server.commit);
    assertThat(model.file()).hasBinaryContent(content);
  }

  static Stream<Arguments> misbehaviours() {
    return Stream.of(
        Arguments.of("cuts bodies", List.of(BadHub.cut(1000), BadHub.cut(1), BadHub.cut(200_000))),
        Arguments.of("ignores Range", List.of(BadHub.cut(1000), BadHub.ignoresRange())),
        Arguments.of(
            "lies in Content-Range", List.of(BadHub.cut(1000), BadHub.liesInContentRange())),
        Arguments.of("has less than it said", List.of(BadHub.cut(1000), BadHub.status(416))),
        Arguments.of("sends wrong bytes once", List.of(BadHub.wrongBytes())),
        Arguments.of(
            "changes the file meanwhile",
            List.of(BadHub.cut(200_000), BadHub.changed(), BadHub.cut(1))),
        Arguments.of("sends too much", List.of(BadHub.tooMuch())),
        Arguments.of("is busy", List.of(BadHub.busy(429), BadHub.busy(503))),
        Arguments.of("fails", List.of(BadHub.status(500), BadHub.status(502), BadHub.status(504))));
  }

  @ParameterizedTest(name = "a server that {0}")
  @MethodSource("misbehaviours")
  void aDownloadSurvivesFailures(String name, List<BadHub.Behaviour> behaviours) throws Exception {
    server.then(behaviours.toArray(BadHub.Behaviour[]::new));

    CachedModel model = hub().pull(REFERENCE);

    assertThat(model.file()).hasBinaryContent(content);
    assertThat(home().resolve("blobs")).isDirectoryNotContaining("glob:**.incomplete");
  }

  @Test
  void aStalledRequestIsRetried() throws Exception {
    server.then(BadHub.stall(1000));

    CachedModel model = builder().patience(Duration.ofSeconds(1)).build().pull(REFERENCE);

    assertThat(model.file()).hasBinaryContent(content);
  }

  @Test
  void listingsOfABusyHubAreRetried() throws Exception {
    server.listing(503, 429, 500);

    assertThat(hub().pull(REFERENCE).file()).hasBinaryContent(content);
  }

  @Test
  void aHubThatStaysBusyIsNamed() {
    server.listing(503, 503, 503, 503, 503, 503);

    assertThatThrownBy(() -> hub().pull(REFERENCE))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("microsoft/phi-4-gguf could not be downloaded")
        .hasMessageContaining("503");
  }

  @Test
  void anInterruptedDownloadResumes() throws Exception {
    // The connection's reset would discard what has not been read yet.
    server.then(
        (exchange, bytes) -> {
          BadHub.cut(100_000).answer(exchange, bytes);
          awaitLength(100_000);
        },
        BadHub.status(404));
    assertThatThrownBy(() -> hub().pull(REFERENCE)).isInstanceOf(HubException.class);
    server.seen.clear();

    hub().pull(REFERENCE);

    assertThat(server.seen.getLast().range()).contains("bytes=100000-");
  }

  @Test
  void aFileWithAWrongChecksumNeverGetsItsName() {
    server.then(BadHub.wrongBytes(), BadHub.wrongBytes());

    assertThatThrownBy(() -> hub().pull(REFERENCE))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("checksum");
    assertThat(home().resolve("blobs")).isEmptyDirectory();
  }

  @Test
  void aServerThatSendsNothingIsGivenUp() {
    server.then(Stream.generate(() -> BadHub.cut(0)).limit(20).toArray(BadHub.Behaviour[]::new));

    assertThatThrownBy(() -> hub().pull(REFERENCE))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("the next pull resumes there");
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 410})
  void aRefusalIsExplained(int status) {
    server.then(BadHub.status(status));

    assertThatThrownBy(() -> hub().pull(REFERENCE))
        .isInstanceOf(HubException.class)
        .hasMessageContaining(Integer.toString(status));
    assertThat(server.downloads()).isEqualTo(1);
  }

  @Test
  void aTokenIsSentOnlyToTheHub() throws Exception {
    try (BadHub other = new BadHub().file(NAME, content)) {
      server.then(
          BadHub.redirect(server.uri() + "/x/y/resolve/main/" + NAME),
          BadHub.redirect(other.uri() + "/x/y/resolve/main/" + NAME));

      builder().token("secret").build().pull(REFERENCE);

      assertThat(server.seen)
          .allMatch(each -> each.authorization().equals(java.util.Optional.of("Bearer secret")));
      assertThat(other.seen).hasSize(1).allMatch(each -> each.authorization().isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///etc/passwd", "ftp://127.0.0.1/x", "http://", "%%%"})
  void redirectsToOtherSchemesAreRefused(String target) {
    server.then(BadHub.redirect(target));

    assertThatThrownBy(() -> hub().pull(REFERENCE)).isInstanceOf(HubException.class);
  }

  @Test
  void redirectLoopsEnd() {
    String here = server.uri() + "/x/y/resolve/main/" + NAME;
    server.then(
        Stream.generate(() -> BadHub.redirect(here)).limit(50).toArray(BadHub.Behaviour[]::new));

    assertThatThrownBy(() -> hub().pull(REFERENCE)).hasMessageContaining("redirects more than");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../../evil-Q4_K_M.gguf", "/etc/evil-Q4_K_M.gguf", "a//b.gguf"})
  void namesThatLeadOutOfTheCacheAreRefused(String path) {
    server.file(path, content);

    assertThatThrownBy(() -> hub().pull(REFERENCE))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("is invalid");
  }

  @Test
  void anInvalidChecksumIsRefused() {
    server.wrongSum = "../../x";

    assertThatThrownBy(() -> hub().pull(REFERENCE)).isInstanceOf(HubException.class);
  }

  @Test
  void partsOfASplitModelComeTogether() throws Exception {
    server
        .file("Q6_K/phi-4-Q6_K-00001-of-00002.gguf", bytes(10, 3))
        .file("Q6_K/phi-4-Q6_K-00002-of-00002.gguf", bytes(20, 4));

    CachedModel model = hub().pull(ModelReference.parse("microsoft/phi-4-gguf:q6_k"));

    assertThat(model.files()).hasSize(2);
    assertThat(model.file().toString()).endsWith("00001-of-00002.gguf");
    assertThat(model.bytes()).isEqualTo(30);
    assertThat(hub().list()).containsExactly(model);
  }

  @Test
  void aMissingPartOrQuantizationIsNamedWithTheExistingOnes() {
    server.file("phi-4-Q6_K-00001-of-00002.gguf", bytes(10, 3));

    assertThatThrownBy(() -> hub().pull(ModelReference.parse("microsoft/phi-4-gguf:Q6_K")))
        .hasMessageContaining("00002-of-00002");
    assertThatThrownBy(() -> hub().pull(ModelReference.parse("microsoft/phi-4-gguf:Q4_K_S")))
        .hasMessageContaining(NAME);
  }

  @ParameterizedTest
  @CsvSource({
    "phi-4-Q4_K.gguf, Q4_K_M",
    "phi-4-Q4_K.gguf, q4_k",
    "phi-4-Q4_K_M.gguf, Q4_K",
    "phi-4-Q4_K.gguf,",
    "Phi-4-mini-instruct.BF16.gguf, BF16"
  })
  void aQuantizationIsFoundUnderTheNamesThatPublishersUse(String file, String tag)
      throws Exception {
    List<HubFile> files =
        Stream.of("phi-4-Q2_K.gguf", "phi-4-Q4_K_S.gguf", "phi-4-UD-Q4_K_XL.gguf", file)
            .map(path -> new HubFile(path, "0".repeat(64), 1))
            .toList();
    String reference = "microsoft/phi-4-gguf" + (tag == null ? "" : ":" + tag);

    assertThat(HubFile.choose(ModelReference.parse(reference), files))
        .extracting(HubFile::path)
        .containsExactly(file);
  }

  @Test
  void concurrentPullsFetchOnce() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<CachedModel>> pulls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        pulls.add(() -> hub().pull(REFERENCE));
      }
      for (var each : threads.invokeAll(pulls)) {
        assertThat(each.get().file()).hasBinaryContent(content);
      }
    }
    assertThat(server.downloads()).isEqualTo(1);
  }

  @Test
  void concurrentProcessesFetchOnce() throws Exception {
    List<Process> processes = List.of(puller(), puller(), puller());

    for (Process process : processes) {
      assertThat(process.waitFor()).isZero();
    }
    assertThat(hub().find(REFERENCE).orElseThrow().file()).hasBinaryContent(content);
    assertThat(server.downloads()).isEqualTo(1);
  }

  @Test
  void theNextPullResumesAfterAKilledProcess() throws Exception {
    // Slow enough to be killed in the middle of the file.
    server.then((exchange, bytes) -> {
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes, 0, 120_000);
      exchange.getResponseBody().flush();
      try {
        Thread.sleep(30_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    Process process = puller();
    awaitLength(120_000);
    process.destroyForcibly().waitFor();
    assertThat(blobsLength()).isEqualTo(120_000);

    CachedModel model = hub().pull(REFERENCE);

    assertThat(model.file()).hasBinaryContent(content);
    assertThat(server.seen.getLast().range()).contains("bytes=120000-");
  }

  private Process puller() throws IOException {
    return Puller.start(server, folder.resolve("cache"), folder.resolve("output.txt"));
  }

  private void awaitLength(long bytes) throws IOException {
    for (int i = 0; i < 600 && blobsLength() < bytes; i++) {
      LockSupport.parkNanos(50_000_000);
    }
  }

  private long blobsLength() throws IOException {
    Path blobs = home().resolve("blobs");
    if (!Files.isDirectory(blobs)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(blobs)) {
      return files.map(Path::toFile).mapToLong(File::length).sum();
    }
  }

  @Test
  void aFullDiskIsReportedBeforeFetching() {
    server.claimedBytes = 1L << 60;

    assertThatThrownBy(() -> hub().pull(REFERENCE))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("GB free")
        .hasMessageContaining("HF_HUB_CACHE");
    assertThat(server.downloads()).isZero();
  }

  /** {@code -Dphi4j.small.folder=FOLDER} names a file system of about 20 MB, such as a tmpfs. */
  @Test
  @EnabledIfSystemProperty(named = "phi4j.small.folder", matches = ".+")
  void aDiskThatFillsUpIsReportedAndTheNextPullResumes() throws Exception {
    Path small = Path.of(System.getProperty("phi4j.small.folder"));
    ModelHub hub = builder().cache(small.resolve("cache")).build();
    Path filler = small.resolve("filler");
    PullListener filling =
        (_, received, _) -> {
          if (received > 0 && !Files.exists(filler)) {
            fill(filler);
          }
        };

    assertThatThrownBy(() -> hub.pull(REFERENCE, filling))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("cannot be written")
        .hasMessageContaining("No space left");
    assertThatThrownBy(() -> hub.pull(REFERENCE)).hasMessageContaining("GB free");
    Files.delete(filler);

    assertThat(hub.pull(REFERENCE).file()).hasBinaryContent(content);
    assertThat(server.seen).anyMatch(each -> each.range().isPresent());
  }

  private static void fill(Path file) {
    byte[] block = new byte[1 << 12];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      // full
    }
  }

  @Test
  void verificationFindsDamageAndRemovalFreesSpace() throws Exception {
    CachedModel model = hub().pull(REFERENCE);
    CachedModel other = hub().pull(ModelReference.parse("microsoft/phi-4-gguf:Q8_0"));
    byte[] changed = content.clone();
    changed[7] ^= 1;
    Files.write(model.file(), changed);

    assertThat(hub().verify(model)).containsExactly(model.file());
    assertThat(hub().remove(model)).isEqualTo(content.length);
    assertThat(hub().list()).containsExactly(other);
    assertThat(hub().remove(other)).isEqualTo(1000);
    assertThat(home()).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource(
      value = HubCache.Link.class,
      names = {"HARD", "NONE"})
  void aFileSystemWithoutSymbolicLinksKeepsModelsToo(HubCache.Link link) throws Exception {
    ModelHub hub = builder().links(link).build();
    CachedModel model = hub.pull(REFERENCE);

    assertThat(model.file()).isRegularFile().hasBinaryContent(content);
    assertThat(Files.isSymbolicLink(model.file())).isFalse();
    assertThat(hub.pull(REFERENCE)).isEqualTo(model);
    assertThat(server.downloads()).isEqualTo(1);
    assertThat(hub.find(REFERENCE)).contains(model);
    assertThat(hub.list()).containsExactly(model);
    assertThat(hub().find(REFERENCE)).contains(model); // like any other tool

    server.commit = "f".repeat(40);
    CachedModel next = hub.pull(REFERENCE);
    assertThat(server.downloads()).isEqualTo(link == HubCache.Link.HARD ? 1 : 2);
    if (link == HubCache.Link.HARD) {
      assertThat(hub.verify(model)).isEmpty();
      assertThat(hub.remove(model)).isZero(); // the next commit has it too
      byte[] changed = content.clone();
      changed[7] ^= 1;
      Files.write(next.file(), changed);
      assertThat(hub.verify(next)).containsExactly(next.file());
    } else {
      assertThatThrownBy(() -> hub.verify(model))
          .isInstanceOf(HubException.class)
          .hasMessageContaining(model.file() + " cannot be checked");
      assertThat(hub.remove(model)).isEqualTo(content.length);
    }
    assertThat(hub.remove(next)).isEqualTo(content.length);
    assertThat(home()).doesNotExist();
  }

  @Test
  void theEnvironmentSetsTheCacheFolder() {
    assertThat(cache(Map.of("XDG_CACHE_HOME", "/x"))).isEqualTo(Path.of("/x/huggingface/hub"));
    assertThat(cache(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "/h"))).isEqualTo(Path.of("/h/hub"));
    assertThat(cache(Map.of("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/u")))
        .isEqualTo(Path.of("/u"));
    assertThat(cache(Map.of("HUGGINGFACE_HUB_CACHE", "/u", "HF_HUB_CACHE", "/c")))
        .isEqualTo(Path.of("/c"));
    assertThat(cache(Map.of("HF_HUB_CACHE", "/c", "LLAMA_CACHE", "/l"))).isEqualTo(Path.of("/l"));
    assertThatThrownBy(() -> ModelHub.builder(Map.of("HF_ENDPOINT", "nowhere")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HF_ENDPOINT");
  }

  private static Path cache(Map<String, String> environment) {
    return ModelHub.builder(environment).build().cache();
  }

  @Test
  void referencesHaveLlamaCppsNotation() {
    assertThat(ModelReference.parse("phi-4-mini:Q8_0"))
        .hasToString("unsloth/Phi-4-mini-instruct-GGUF:Q8_0");
    assertThat(ModelReference.parse("a/b").quantization()).isEmpty();
    for (String wrong :
        List.of("", "phi-5", "a/b/c", "../b", "a/..", "a/b:", "a/b:../c", "a--b/c")) {
      assertThatThrownBy(() -> ModelReference.parse(wrong))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void theBestQuantizationThatFitsIsAdvised() {
    assertThat(PhiModel.PHI_4.advice(11_000_000_000L).orElseThrow().tag()).isEqualTo("Q4_K_M");
    assertThat(PhiModel.PHI_4_MINI.advice(1L << 40).orElseThrow().tag()).isEqualTo("Q8_0");
    assertThat(PhiModel.PHI_4.advice(1_000_000_000)).isEmpty();
  }
}
