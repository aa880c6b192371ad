package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.api.FileException;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.PackedFile;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Session;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.testing.ForkedJvm;
import io.github.phi4j.testing.RandomModel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Packed weights in a file: used only if they are valid and belong to the model. */
final class PackedFileTest {

  private static final int VERSION_AT = 8;
  private static final int HEADER_BYTES_AT = 12;
  private static final int[] BOUNDARIES = {0, 8, 12, 16, 24, 56, 60, 64, 72, 72 + 32};

  @TempDir private Path directory;
  private Path model;
  private Path folder;

  @BeforeEach
  void writeModel() {
    model = random().write(directory.resolve("random.gguf"));
    folder = directory.resolve("packed");
  }

  private static RandomModel random() {
    return RandomModel.phi4().heads(8, 2, 32).feedForward(512).layers(1).type(GgmlType.Q4_K);
  }

  private LoadOptions.Builder options(PackedWeights packed) {
    return LoadOptions.builder().threads(2).packedWeights(packed).packedFolder(folder);
  }

  private LoadOptions auto() {
    return options(PackedWeights.AUTO).build();
  }

  private PackedFile state() {
    return Phi4.packedFile(model, auto());
  }

  private float[] logits(PackedWeights packed) {
    return logits(model, options(packed).build());
  }

  private static float[] logits(Path model, LoadOptions options) {
    try (Generator generator = Phi4.load(model, options);
        Session session = generator.newSession()) {
      session.feed(1, 2, 3);
      return session.logits();
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void assertUnusable(String fault) {
    PackedFile found = state();
    assertThat(found.state()).isEqualTo(PackedFile.State.UNUSABLE);
    assertThat(found.fault().orElseThrow()).contains(found.path().toString()).contains(fault);
  }

  /** Changes the header, and corrects its checksum. */
  private static void patch(Path path, int at, int value) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(at, value);
    int end = buffer.getInt(HEADER_BYTES_AT) - Integer.BYTES;
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, end);
    buffer.putInt(end, (int) checksum.getValue());
    Files.write(path, bytes);
  }

  private static int headerBytes(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(HEADER_BYTES_AT);
  }

  @Test
  void aFileGivesTheSameBitsAsMemoryAndIsWrittenOnce() throws IOException {
    List<Long> done = new ArrayList<>();
    float[] expected = logits(PackedWeights.MEMORY);
    assertThat(logits(PackedWeights.AUTO)).containsExactly(logits(PackedWeights.OFF));
    assertThat(folder).doesNotExist();
    assertThat(state().state()).isEqualTo(PackedFile.State.MISSING);

    LoadOptions listening =
        options(PackedWeights.FILE).packingListener((packed, total) -> done.add(packed)).build();
    assertThat(logits(model, listening)).containsExactly(expected);
    PackedFile made = state();
    assertThat(made.state()).isEqualTo(PackedFile.State.CURRENT);
    assertThat(made.bytes()).isEqualTo(Files.size(made.path()));
    assertThat(names()).containsExactly(".phi4pack.lock", made.path().getFileName().toString());
    assertThat(done).isNotEmpty().isSorted();

    done.clear();
    assertThat(logits(model, listening)).containsExactly(expected);
    assertThat(done).isEmpty();
    assertThat(logits(PackedWeights.AUTO)).containsExactly(expected);
    assertThat(expected).isNotEqualTo(logits(PackedWeights.OFF));
    Phi4.verifyPacked(model, listening);
    assertThat(done).isNotEmpty();
  }

  @Test
  void theFileIsValidAfterMovingTheModel() throws IOException {
    Phi4.pack(model, auto());
    model =
        Files.move(model, Files.createDirectory(directory.resolve("moved")).resolve("random.gguf"));

    assertThat(state().state()).isEqualTo(PackedFile.State.CURRENT);
  }

  @Test
  void aTruncatedFileIsNotUsed() throws IOException {
    Path path = Phi4.pack(model, auto()).path();
    byte[] whole = Files.readAllBytes(path);
    int header = headerBytes(whole);
    List<Integer> lengths = new ArrayList<>();
    Arrays.stream(BOUNDARIES).forEach(at -> lengths.addAll(List.of(at, at + 1)));
    lengths.addAll(List.of(header - 5, header - 4, header - 1, header, header + 1));
    lengths.addAll(List.of(4096, whole.length / 2, whole.length - 1));
    for (int length : lengths) {
      Files.write(path, Arrays.copyOf(whole, length));
      assertUnusable("");
    }
    assertThat(logits(PackedWeights.AUTO)).containsExactly(logits(PackedWeights.OFF));
    assertThat(path).hasSize(whole.length - 1);

    assertThat(logits(PackedWeights.FILE)).containsExactly(logits(PackedWeights.MEMORY));
    assertThat(path).hasBinaryContent(whole);
  }

  @Test
  void aFileThatGrewIsNotUsed() throws IOException {
    Path path = Phi4.pack(model, auto()).path();
    byte[] whole = Files.readAllBytes(path);
    Files.write(path, Arrays.copyOf(whole, whole.length + 1));

    assertUnusable(whole.length + 1 + " bytes; expected " + whole.length + " bytes");
  }

  @Test
  void aHeaderWithAnyWrongByteIsNotUsed() throws IOException {
    Path path = Phi4.pack(model, auto()).path();
    byte[] whole = Files.readAllBytes(path);
    for (int at = 0; at < headerBytes(whole); at++) {
      whole[at] ^= 0x10;
      Files.write(path, whole);
      whole[at] ^= 0x10;
      assertUnusable("");
    }
  }

  @Test
  void faultsOfTheHeaderAreReported() throws IOException {
    Path path = Phi4.pack(model, auto()).path();
    byte[] whole = Files.readAllBytes(path);
    patch(path, VERSION_AT, 99);
    assertUnusable("version 99; expected version 2");
    Files.write(path, whole);
    patch(path, 24, 1);
    assertUnusable("another model, or of this one before it was modified");
    Files.write(path, whole);
    patch(path, 64, 1);
    assertUnusable("before the model file was last modified");
    Files.write(path, whole);
    patch(path, 72 + 12, 1); // the sample's checksum in the first matrix's layout
    assertUnusable("another release");
    Files.write(path, whole);
    patch(path, 72 + 16, 1 << 20); // the offset of the first matrix
    assertUnusable("another release");
    Files.write(path, whole);
    patch(path, 56, Integer.MAX_VALUE);
    assertUnusable("tables of 2147483647 matrices");
    patch(path, 56, -1);
    assertUnusable("tables of -1 matrices");
    Files.write(path, whole);
    patch(path, 16, 5);
    assertUnusable("bytes; expected 5 bytes");
    Files.writeString(path, "Not packed at all. ".repeat(10));
    assertUnusable("a file of another kind");
    Files.delete(path);
    Files.createDirectory(path);
    assertUnusable("");
  }

  @Test
  void theFileOfAnotherModelIsNotUsed() throws IOException {
    Path other = random().seed(2).write(directory.resolve("other.gguf"));
    Path foreign = Phi4.pack(other, auto()).path();
    Files.move(foreign, state().path());

    assertUnusable("another model");
    assertThat(logits(PackedWeights.AUTO)).containsExactly(logits(PackedWeights.OFF));
    assertThat(logits(PackedWeights.FILE)).containsExactly(logits(PackedWeights.MEMORY));
  }

  @Test
  void aChangedModelIsRepackedAndTheOldFileDeleted() throws IOException {
    Path old = Phi4.pack(model, auto()).path();
    Path other = random().seed(3).write(directory.resolve("random-2.gguf")); // a similar name stays
    Path others = Phi4.pack(other, auto()).path();
    random().seed(2).write(model);
    assertThat(state().state()).isEqualTo(PackedFile.State.MISSING);
    assertThat(logits(PackedWeights.AUTO)).containsExactly(logits(PackedWeights.OFF));

    Path made = Phi4.pack(model, auto()).path();

    assertThat(made).isNotEqualTo(old).exists();
    assertThat(old).doesNotExist();
    assertThat(others).exists();
  }

  @Test
  void verificationFindsDamageAndChangesThatTheFingerprintMisses() throws IOException {
    assertThatThrownBy(() -> Phi4.verifyPacked(model, auto()))
        .isInstanceOf(FileException.class)
        .hasMessageContaining("no such file");
    Path path = Phi4.pack(model, auto()).path();
    flip(path, Files.size(path) - 1);
    assertUnusable("wrong checksum");
    assertThatThrownBy(() -> Phi4.verifyPacked(model, auto()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("wrong checksum");

    flip(path, Files.size(path) - 1);
    Phi4.verifyPacked(model, auto());
    long tensor =
        Phi4.inspect(model).tensors().stream()
            .filter(each -> each.name().equals("output.weight"))
            .findFirst()
            .orElseThrow()
            .offset();
    FileTime written = Files.getLastModifiedTime(model);
    flip(model, tensor + 100);
    Files.setLastModifiedTime(model, FileTime.from(Instant.now().plusSeconds(2)));
    assertUnusable("before the model file was last modified");
    Files.setLastModifiedTime(model, written);
    assertThat(state().state()).isEqualTo(PackedFile.State.CURRENT);
    assertThatThrownBy(() -> Phi4.verifyPacked(model, auto()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("weights that differ from the model");
  }

  private static void flip(Path path, long at) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(at);
      int old = file.read();
      file.seek(at);
      file.write(old ^ 1);
    }
  }

  /** For example, an incomplete download with holes that was packed, then completed. */
  @Test
  void aModelChangedOutsideAllSamplesIsRepacked() throws IOException {
    logits(PackedWeights.FILE);
    long tensor =
        Phi4.inspect(model).tensors().stream()
            .filter(each -> each.name().equals("blk.0.ffn_up.weight"))
            .findFirst()
            .orElseThrow()
            .offset();
    FileTime written = Files.getLastModifiedTime(model);
    try (RandomAccessFile file = new RandomAccessFile(model.toFile(), "rw")) {
      file.seek(tensor);
      file.write(new byte[2000]);
    }
    Files.setLastModifiedTime(model, FileTime.from(written.toInstant().plusMillis(1)));
    float[] expected = logits(PackedWeights.MEMORY);

    assertThat(logits(PackedWeights.AUTO)).containsExactly(logits(PackedWeights.OFF));
    assertThat(logits(PackedWeights.FILE)).containsExactly(expected);
    assertThat(logits(PackedWeights.AUTO)).containsExactly(expected);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has other permissions")
  void theFileHasTheModelsReadPermissions() throws IOException {
    Files.setPosixFilePermissions(model, PosixFilePermissions.fromString("rw-r-----"));
    Path made = Phi4.pack(model, auto()).path();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
        .isIn("rw-r-----", "rw-------"); // by the process's umask
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
    Files.setPosixFilePermissions(model, PosixFilePermissions.fromString("r--------"));
    Files.delete(made);
    made = Phi4.pack(model, auto()).path();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
        .isEqualTo("rw-------");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has other permissions")
  void worldWritableFilesAreNotTrusted() throws IOException {
    Path made = Phi4.pack(model, auto()).path();
    for (Path open : List.of(folder, made)) {
      Set<PosixFilePermission> sound = Files.getPosixFilePermissions(open);
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

      assertThat(state().state()).isEqualTo(PackedFile.State.UNUSABLE);
      assertThat(state().fault().orElseThrow())
          .startsWith(open.toString())
          .contains("every user of the machine can write to");
      assertThat(logits(PackedWeights.AUTO)).containsExactly(logits(PackedWeights.OFF));
      Files.setPosixFilePermissions(open, sound);
    }
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> Phi4.pack(model, auto()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("chmod o-w");
  }

  @Test
  void failedOrInterruptedPackingLeavesNothing() throws IOException {
    LoadOptions failing =
        options(PackedWeights.FILE)
            .packingListener((packed, total) -> {
              throw new UnsupportedOperationException("enough");
            })
            .build();
    assertThatThrownBy(() -> Phi4.load(model, failing)).hasMessage("enough");
    LoadOptions interrupting =
        options(PackedWeights.FILE)
            .packingListener((packed, total) -> Thread.currentThread().interrupt())
            .build();
    assertThatThrownBy(() -> Phi4.load(model, interrupting))
        .isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();

    assertThat(names()).containsExactly(".phi4pack.lock");
    assertThat(logits(PackedWeights.FILE)).containsExactly(logits(PackedWeights.MEMORY));
  }

  @Test
  void aReadOnlyFolderIsAClearErrorButNotInModeAuto() throws IOException {
    folder = Files.writeString(directory.resolve("file"), "no folder").resolve("below");

    assertThatThrownBy(() -> Phi4.load(model, options(PackedWeights.FILE).build()))
        .isInstanceOf(FileException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("a writable folder with room for");
    assertThat(state().state()).isEqualTo(PackedFile.State.MISSING);
    assertThat(logits(PackedWeights.AUTO)).containsExactly(logits(PackedWeights.OFF));
  }

  @Test
  void aModelWithNothingToPackIsLoadedUnpacked() {
    model = RandomModel.phi4().heads(4, 2, 32).write(directory.resolve("small.gguf"));

    assertThat(logits(PackedWeights.FILE)).containsExactly(logits(PackedWeights.OFF));
    assertThat(Phi4.pack(model, auto()).bytes()).isZero();
    assertThat(folder).doesNotExist();
  }

  @Test
  void concurrentLoadsShareOneFile() throws Exception {
    float[] expected = logits(PackedWeights.MEMORY);
    try (ExecutorService threads = Executors.newFixedThreadPool(5)) {
      Future<String> process =
          threads.submit(() ->
              ForkedJvm.run(
                  Pack.class,
                  Files.createDirectory(directory.resolve("process")),
                  List.of(),
                  model.toString(),
                  folder.toString()));
      List<Future<float[]>> loads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        loads.add(threads.submit(() -> logits(PackedWeights.FILE)));
      }
      for (Future<float[]> load : loads) {
        assertThat(load.get()).containsExactly(expected);
      }
      assertThat(process.get()).contains("CURRENT");
    }
    assertThat(names()).hasSize(2);
    Phi4.verifyPacked(model, auto());
  }

  @Test
  void theFileOfAKilledProcessIsNotUsed() throws IOException {
    ForkedJvm.run(
        Pack.class, directory, List.of("-Dhalt=true"), model.toString(), folder.toString());
    assertThat(names()).hasSize(2).last().asString().endsWith(".unfinished");
    assertThat(state().state()).isEqualTo(PackedFile.State.MISSING);
    assertThat(logits(PackedWeights.AUTO)).containsExactly(logits(PackedWeights.OFF));

    assertThat(logits(PackedWeights.FILE)).containsExactly(logits(PackedWeights.MEMORY));
    assertThat(names()).containsExactly(".phi4pack.lock", state().path().getFileName().toString());
  }

  /** Packs a model, or halts in the middle. */
  static final class Pack {
    private Pack() {}

    public static void main(String[] args) {
      LoadOptions options =
          LoadOptions.builder()
              .threads(2)
              .packedFolder(Path.of(args[1]))
              .packingListener((packed, total) -> {
                if (Boolean.getBoolean("halt")) {
                  Runtime.getRuntime().halt(0);
                }
              })
              .build();
      System.out.println(Phi4.pack(Path.of(args[0]), options).state());
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows does not truncate mapped files")
  void truncatingTheFileDuringGenerationGivesAModelException() {
    String printed =
        ForkedJvm.run(CutFile.class, directory, List.of(), model.toString(), folder.toString());

    assertThat(printed)
        .contains("generating: " + state().path())
        .contains("cut short while it was open")
        .contains("verifying: " + state().path())
        .contains("closed");
  }

  /** Generates, and truncates the packed weights from the sink. */
  static final class CutFile {
    private CutFile() {}

    public static void main(String[] args) {
      Path model = Path.of(args[0]);
      LoadOptions options =
          LoadOptions.builder()
              .threads(2)
              .packedWeights(PackedWeights.FILE)
              .packedFolder(Path.of(args[1]))
              .build();
      try (Generator generator = Phi4.load(model, options)) {
        Path packed = Phi4.packedFile(model, options).path();
        try {
          generator.generate(
              Prompt.tokens(1, 2, 3),
              GenerationOptions.builder().ignoreModelStop(true).maxTokens(200).build(),
              text -> {
                cut(packed);
                return true;
              });
          throw new AssertionError("the generation went on as if nothing were amiss");
        } catch (ModelException e) {
          System.out.println("generating: " + e.getMessage());
        }
        try {
          Phi4.verifyPacked(model, options);
          throw new AssertionError("half a file is verified");
        } catch (ModelException e) {
          System.out.println("verifying: " + e.getMessage());
        }
      }
      System.out.println("closed");
    }

    private static void cut(Path path) {
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        file.setLength(8192);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }
}
