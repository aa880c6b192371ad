package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.api.ContextShift;
import io.github.phi4j.api.FileException;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelChangedException;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.SessionOptions;
import io.github.phi4j.testing.ForkedJvm;
import io.github.phi4j.testing.RandomModel;
import io.github.phi4j.testing.TinyModel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions in files. */
final class SavedSessionTest {

  @TempDir private Path directory;

  private static Generator load() {
    return Phi4.load(
        TinyModel.Q8_0.path(),
        LoadOptions.builder()
            .packedWeights(PackedWeights.OFF)
            .prefixCacheBytes(0)
            .contextLength(300)
            .build());
  }

  private static int[] tokens(int count) {
    return new Random(8).ints(count, 0, 300).toArray();
  }

  private Path file() {
    return directory.resolve("chat.session");
  }

  @ParameterizedTest
  @EnumSource
  void aRestoredSessionContinuesWithTheSameBits(KvCacheType type) {
    try (Generator generator = load();
        Session session =
            generator.newSession(SessionOptions.builder().kvCacheType(type).build())) {
      session.feed(tokens(150));
      session.save(file());
      session.feed(3, 4, 5);
      try (Session restored = generator.restore(file());
          Session second = generator.restore(file())) {
        assertThat(restored.position()).isEqualTo(150);
        restored.save(file()); // on itself
        restored.feed(3, 4, 5);
        assertThat(restored.logits()).isEqualTo(session.logits());
        second.rewind(64);
        second.feed(Arrays.copyOfRange(tokens(150), 64, 150));
        second.feed(3, 4, 5);
        assertThat(second.logits()).isEqualTo(session.logits());
      }
    }
    assertThat(directory.toFile().list()).as("no unfinished files").containsExactly("chat.session");
  }

  @Test
  void anEmptySessionCanBeSaved() {
    try (Generator generator = load();
        Session session = generator.newSession()) {
      session.save(file());
      try (Session restored = generator.restore(file())) {
        assertThat(restored.position()).isZero();
        restored.feed(1, 2);
        session.feed(1, 2);
        assertThat(restored.logits()).isEqualTo(session.logits());
      }
    }
  }

  @Test
  void anInvalidFileIsRefusedWithTheReason() throws IOException {
    try (Generator generator = load();
        Session session = generator.newSession()) {
      session.feed(tokens(100));
      session.save(file());
      byte[] sound = Files.readAllBytes(file());
      int pages = 4096;

      assertRefused(generator, new byte[0], "an empty file");
      assertRefused(
          generator, "GGUF and so on".getBytes(StandardCharsets.US_ASCII), "something else");
      assertRefused(generator, changed(sound, 8, 3), "version 3");
      assertRefused(generator, changed(sound, 20, sound[20] + 1), "another model");
      assertRefused(generator, changed(sound, 80, sound[80] + 1), "header is damaged");
      assertRefused(generator, changed(sound, 59, 0x7f), "the end of the file");
      assertRefused(
          generator, changed(sound, pages + 5000, sound[pages + 5000] ^ 1), "keys and values");
      for (int length : new int[] {3, 60, 90, 400, pages, sound.length - 1}) {
        assertRefused(generator, Arrays.copyOf(sound, length), "found");
      }
      assertRefused(generator, Arrays.copyOf(sound, sound.length + 1), "the end of the file");
      assertRefused(generator, changed(sound, pages - 1, 1), "not zero");
      session.rewind(0);
      session.save(file());
      byte[] empty = Files.readAllBytes(file());
      assertRefused(generator, Arrays.copyOf(empty, empty.length + 1), "the end of the file");
      Random random = new Random(4);
      for (int i = 0; i < 300; i++) {
        byte[] damaged = sound.clone();
        int at = i < 200 ? random.nextInt(pages) : pages + random.nextInt(sound.length - pages);
        damaged[at] ^= (byte) (1 << random.nextInt(8));
        assertRefused(generator, damaged, "found");
      }
      assertThatThrownBy(() -> generator.restore(directory.resolve("none")))
          .isInstanceOf(FileException.class)
          .hasMessageContaining("no such file");
      assertThatThrownBy(() -> session.save(directory.resolve("no/folder")))
          .isInstanceOf(FileException.class)
          .hasMessageContaining("a place that cannot be written to");
    }
  }

  private static byte[] changed(byte[] bytes, int at, int value) {
    byte[] changed = bytes.clone();
    changed[at] = (byte) value;
    return changed;
  }

  private void assertRefused(Generator generator, byte[] bytes, String reason) throws IOException {
    Path file = Files.write(directory.resolve("bad.session"), bytes);
    assertThatThrownBy(() -> generator.restore(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(reason);
  }

  /** A valid checksum proves nothing: each number of the header takes hostile values. */
  @Test
  void wrongNumbersUnderAValidChecksumAreRefusedOrHarmless() throws IOException {
    LoadOptions options = LoadOptions.builder().contextLength(200).threads(1).build();
    byte[] sound;
    Path model = RandomModel.mini().write(directory.resolve("mini.gguf"));
    try (Generator generator = Phi4.load(model, options);
        Session session = generator.newSession()) {
      session.feed(new Random(5).ints(70, 0, 300).toArray());
      session.save(file());
      sound = Files.readAllBytes(file());
      int checksumAt = 84 + 4 * (70 + 2);
      for (int at = 8; at < checksumAt; at += at < 84 || at > 352 ? 4 : 60) {
        for (int value :
            new int[] {-5, -1, 0, 1, 2, 7, 69, 71, 300, 1 << 20, Integer.MAX_VALUE, 1 << 31}) {
          byte[] forged = sound.clone();
          ByteBuffer header = ByteBuffer.wrap(forged).order(ByteOrder.LITTLE_ENDIAN);
          header.putInt(at, value);
          CRC32C checksum = new CRC32C();
          checksum.update(forged, 0, checksumAt);
          header.putInt(checksumAt, (int) checksum.getValue());
          useOrRefuse(generator, Files.write(directory.resolve("forged"), forged), at);
        }
      }
    }
  }

  private static void useOrRefuse(Generator generator, Path file, int at) {
    GenerationOptions shifting =
        GenerationOptions.builder().maxTokens(5).contextShift(ContextShift.keep(1)).build();
    try (Session session = generator.restore(file)) {
      session.feed(1, 2);
      session.rewind(session.position() - 1);
      assertThat(session.logits()).isNotEmpty();
      try (Session fork = session.fork()) {
        fork.generate(Prompt.tokens(tokensUpTo(300, 40)), shifting);
      }
    } catch (ModelException e) {
      assertThat(e).as("byte %d", at).hasMessageContaining(file.toString());
    }
  }

  private static int[] tokensUpTo(int bound, int count) {
    return new Random(8).ints(count, 0, bound).toArray();
  }

  @Test
  void sessionsOfAModifiedModelAreRecomputed() throws IOException {
    Path model = Files.copy(TinyModel.Q8_0.path(), directory.resolve("copy.gguf"));
    float[] expected;
    try (Generator generator = Phi4.load(model);
        Session session = generator.newSession()) {
      session.feed(tokens(100));
      session.save(file());
      session.feed(7);
      expected = session.logits();
    }
    Files.setLastModifiedTime(model, FileTime.from(Instant.EPOCH));
    try (Generator generator = Phi4.load(model);
        Session session = generator.restore(file())) {
      assertThat(session.position()).isEqualTo(100);
      session.feed(7);
      assertThat(session.logits()).isEqualTo(expected);
      assertThat(generator.prefixCacheUsage().bytes()).isPositive(); // computed, not mapped
    }
  }

  @Test
  void filesOfCrashedProcessesAreDeletedAndUnfinishedOnesAreNot() throws IOException {
    String name = file().getFileName().toString();
    String id = ".01234567-89ab-cdef-0123-456789abcdef.unfinished";
    Path left = Files.createFile(directory.resolve(name + id));
    Path others = Files.createFile(directory.resolve("other" + id));
    Path busy = directory.resolve(name + id.replace('0', '9'));
    try (Generator generator = load();
        Session session = generator.newSession();
        FileChannel channel =
            FileChannel.open(busy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.lock();
      session.feed(1, 2);
      session.save(file());
    }

    assertThat(left).doesNotExist();
    assertThat(busy).exists();
    assertThat(others).exists();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has other permissions")
  void aSavedSessionIsReadableOnlyByItsOwner() throws IOException {
    try (Generator generator = load();
        Session session = generator.newSession()) {
      session.feed(1, 2);
      session.save(file());
    }

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void aSessionOfAnotherModelOrALongerContextIsRefused() {
    try (Generator generator = load();
        Session session = generator.newSession()) {
      session.feed(tokens(100));
      session.save(file());
    }
    Path other = RandomModel.phi4().write(directory.resolve("other.gguf"));
    try (Generator generator = Phi4.load(other)) {
      assertThatThrownBy(() -> generator.restore(file())).hasMessageContaining("another model");
    }
    LoadOptions small = LoadOptions.builder().contextLength(99).build();
    try (Generator generator = Phi4.load(TinyModel.Q8_0.path(), small)) {
      assertThatThrownBy(() -> generator.restore(file()))
          .hasMessageContaining("100 tokens")
          .hasMessageContaining("at most 99");
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows does not truncate mapped files")
  void aFileMayBeDeletedButNotTruncated() throws IOException {
    try (Generator generator = load();
        Session session = generator.newSession()) {
      session.feed(tokens(200));
      session.save(file());
      try (Session restored = generator.restore(file())) {
        Files.delete(file());
        restored.feed(1);
        session.feed(1);
        assertThat(restored.logits()).isEqualTo(session.logits());
      }
      session.save(file());
      try (Session restored = generator.restore(file())) {
        try (RandomAccessFile cut = new RandomAccessFile(file().toFile(), "rw")) {
          cut.setLength(5000);
        }
        assertThatThrownBy(() -> restored.feed(1, 2))
            .isInstanceOf(ModelException.class)
            .hasMessageContaining(file().toString())
            .hasMessageContaining("cut short");
      }
      session.feed(2); // other sessions are unaffected
    }
  }

  @Test
  void onWindowsARestoredSessionLeavesItsFileSoThatItCanBeSavedThere() throws IOException {
    String system = System.getProperty("os.name");
    try (Generator generator = load();
        Session session = generator.newSession()) {
      session.feed(tokens(200));
      session.save(file());
      System.setProperty("os.name", "Windows 11");
      try (Session restored = generator.restore(file())) {
        Files.write(file(), new byte[0]); // Windows would refuse this while it is mapped
        restored.feed(1);
        session.feed(1);
        assertThat(restored.logits()).isEqualTo(session.logits());
        restored.save(file());
      }
      try (Session restored = generator.restore(file())) {
        assertThat(restored.position()).isEqualTo(201);
      }
    } finally {
      System.setProperty("os.name", system);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows does not truncate mapped files")
  void aTruncatedFileFailsOnlyItsOwnSessions(KvCacheType type) {
    String printed = runForked(CutsShort.class, type.name());

    assertThat(printed).contains("all as expected");
  }

  /** Truncates a session's file while it shares passes with others. */
  static final class CutsShort {
    private CutsShort() {}

    public static void main(String[] args) throws Exception {
      Path file = Path.of(args[1]);
      Prompt prompt = Prompt.tokens(1, 2, 3);
      GenerationOptions options =
          GenerationOptions.builder().maxTokens(40).ignoreModelStop(true).build();
      AtomicBoolean over = new AtomicBoolean();
      try (Generator generator = Phi4.load(Path.of(args[0]));
          ExecutorService threads = Executors.newFixedThreadPool(3)) {
        String text = generator.generate(prompt, options).text();
        SessionOptions how =
            SessionOptions.builder().kvCacheType(KvCacheType.valueOf(args[2])).build();
        try (Session session = generator.newSession(how)) {
          session.feed(tokens(250));
          session.save(file);
        }
        List<Future<Integer>> others = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          others.add(
              threads.submit(() -> {
                int finished = 0;
                while (!over.get()) {
                  assertThat(generator.generate(prompt, options).text()).isEqualTo(text);
                  finished++;
                }
                return finished;
              }));
        }
        try (Session restored = generator.restore(file);
            Session fork = restored.fork()) {
          for (int i = 0; i < 300; i++) { // until it is compiled, when faults surface late
            restored.feed(i);
            restored.rewind(250);
          }
          try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
            cut.setLength(5000);
          }
          for (int i = 0; i < 20; i++) {
            assertCutShort(() -> restored.feed(1));
            assertCutShort(() -> fork.generate(Prompt.tokens(tokens(250)), options));
          }
          assertCutShort(() -> restored.save(file.resolveSibling("copy")));
          assertThat(file.resolveSibling("copy")).doesNotExist();
        } finally {
          over.set(true);
        }
        for (Future<Integer> other : others) {
          assertThat(other.get()).isPositive();
        }
        assertThat(generator.generate(prompt, options).text()).isEqualTo(text);
      }
      System.out.println("all as expected");
    }

    private static void assertCutShort(ThrowableAssert.ThrowingCallable use) {
      assertThatThrownBy(use)
          .isInstanceOf(ModelChangedException.class)
          .hasMessageContaining("cut short");
    }
  }

  @Test
  void anotherProcessContinuesASession() {
    float[] expected;
    try (Generator generator = load();
        Session session = generator.newSession()) {
      session.feed(tokens(130));
      session.save(file());
      session.feed(42);
      expected = session.logits();
    }

    String printed = runForked(GoOn.class);

    assertThat(printed).contains("130 " + Arrays.hashCode(expected));
  }

  /** Restores a session, feeds it a token, and prints a hash of the logits. */
  static final class GoOn {
    private GoOn() {}

    public static void main(String[] args) {
      LoadOptions options = LoadOptions.builder().packedWeights(PackedWeights.OFF).build();
      try (Generator generator = Phi4.load(Path.of(args[0]), options);
          Session session = generator.restore(Path.of(args[1]))) {
        int position = session.position();
        session.feed(42);
        System.out.println(position + " " + Arrays.hashCode(session.logits()));
      }
    }
  }

  @Test
  void aCrashDuringSavingLeavesTheOldFile() throws IOException {
    boolean inTheMiddle = false;
    for (int i = 0; i < 10 && !inTheMiddle; i++) { // the system may kill it too late
      runForked(Dies.class);

      try (Generator generator = load();
          Session restored = generator.restore(file())) {
        assertThat(restored.position()).isIn(10, 290);
        inTheMiddle = unfinished(file()) > 0;
      }
    }
    assertThat(inTheMiddle).isTrue();
  }

  /** Runs a program with the model, {@link #file()} and further arguments. */
  private String runForked(Class<?> program, String... more) {
    List<String> args = new ArrayList<>();
    args.add(TinyModel.Q8_0.path().toAbsolutePath().toString());
    args.add(file().toString());
    args.addAll(List.of(more));
    return ForkedJvm.run(program, directory, List.of(), args.toArray(String[]::new));
  }

  private static long unfinished(Path file) throws IOException {
    try (Stream<Path> files = Files.list(file.getParent())) {
      return files.filter(path -> path.toString().endsWith(".unfinished")).count();
    }
  }

  /** Saves a short session, and halts while overwriting it with a longer one. */
  static final class Dies {
    private Dies() {}

    public static void main(String[] args) throws IOException {
      Path file = Path.of(args[1]);
      Generator generator = Phi4.load(Path.of(args[0]));
      Session session = generator.newSession();
      session.feed(tokens(10));
      session.save(file);
      session.feed(tokens(280));
      Thread.ofPlatform()
          .start(() -> {
            while (true) {
              session.save(file);
              if (Thread.interrupted()) {
                return;
              }
            }
          });
      while (unfinished(file) == 0) {
        Thread.onSpinWait();
      }
      Runtime.getRuntime().halt(0);
    }
  }
}
