package io.github.phi4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.PackedFile;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Session;
import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.internal.gguf.GgufFile;
import io.github.phi4j.internal.storage.WeightFile;
import io.github.phi4j.internal.storage.WeightPacking;
import io.github.phi4j.testing.RandomModel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The automatic choice of packed weights, and handling of damage to their file. */
final class WeightsTest {

  private static final long MUCH = 1L << 40;

  @TempDir private Path directory;
  private Path file;
  private Path folder;
  private LoadOptions options;
  private final Arena arena = Arena.ofShared();
  private final WorkerPool pool = new WorkerPool(2);
  private Model model;
  private long bytes;

  @BeforeEach
  void load() {
    file =
        RandomModel.phi4()
            .heads(8, 2, 32)
            .feedForward(512)
            .layers(1)
            .type(GgmlType.Q4_K)
            .write(directory.resolve("random.gguf"));
    folder = directory.resolve("packed");
    options = LoadOptions.builder().threads(2).packedFolder(folder).build();
    model = Model.of(GgufFile.open(file, arena), Optional.empty());
    bytes = WeightPacking.of(model.weights()).bytes();
  }

  @AfterEach
  void close() {
    pool.close();
    arena.close();
  }

  private Weights auto(long large, long available) {
    return Weights.auto(model, options, pool, arena, large, () -> available);
  }

  private void assertPlain(Weights weights) {
    assertThat(weights.weights()).isSameAs(model.weights());
  }

  private void assertPacked(Weights weights) {
    assertThat(weights.weights()).isNotSameAs(model.weights());
  }

  @Test
  void aLargeModelIsPackedIfMemoryAllows() {
    assertPacked(auto(bytes, MUCH));
    assertPlain(auto(bytes, bytes + (500 << 20))); // none for contexts
    assertPlain(auto(bytes, Long.MAX_VALUE)); // unknown to the system
    assertThat(folder).doesNotExist();
  }

  @Test
  void aSmallModelIsNotPacked() {
    assertPlain(auto(bytes + 1, MUCH));
    assertPlain(Weights.autoFile(model, options, pool, arena, bytes + 1, () -> MUCH));
    assertThat(folder).doesNotExist();
  }

  @Test
  void aFileIsWrittenOnFirstUseAndReused() {
    Weights made = Weights.autoFile(model, options, pool, arena, bytes, () -> 0);

    assertThat(made.packedFile()).isPresent();
    assertThat(Engine.packedFile(file, options).state()).isEqualTo(PackedFile.State.CURRENT);
    assertThat(auto(bytes + 1, 0).packedFile()).isPresent();
  }

  @Test
  void memoryIsUsedIfNoFileCanBeWritten() throws IOException {
    folder = Files.writeString(directory.resolve("file"), "no folder").resolve("below");
    options = options.toBuilder().packedFolder(folder).build();

    assertPacked(Weights.autoFile(model, options, pool, arena, bytes, () -> MUCH));
    assertPlain(Weights.autoFile(model, options, pool, arena, bytes, () -> 0));
  }

  @Test
  void damageIsFoundByVerificationAndSmallFilesAreVerifiedOnOpening() throws IOException {
    WeightFile opened =
        Weights.autoFile(model, options, pool, arena, bytes, () -> 0).packedFile().orElseThrow();
    opened.check(_ -> true);
    Path path = damage();

    assertThat(damageOf(opened)).hasMessageContaining(path.toString());
    assertThat(Engine.packedFile(file, options).fault().orElseThrow()).contains("wrong checksum");
    assertPlain(auto(bytes + 1, 0));
    Weights anew = Weights.autoFile(model, options, pool, arena, bytes, () -> 0);
    anew.packedFile().orElseThrow().check(_ -> true);
  }

  /** Flips 4 KiB in the middle of the packed file, and leaves its modification time. */
  private Path damage() throws IOException {
    Path path = Engine.packedFile(file, options).path();
    FileTime modified = Files.getLastModifiedTime(path);
    try (RandomAccessFile packed = new RandomAccessFile(path.toFile(), "rw")) {
      byte[] bits = new byte[4096];
      packed.seek(packed.length() / 2);
      packed.readFully(bits);
      for (int i = 0; i < bits.length; i++) {
        bits[i] ^= -1;
      }
      packed.seek(packed.length() / 2);
      packed.write(bits);
    }
    Files.setLastModifiedTime(path, modified);
    return path;
  }

  private static ModelException damageOf(WeightFile file) {
    try {
      file.check(_ -> true);
      throw new AssertionError("no damage is found");
    } catch (ModelException e) {
      return e;
    }
  }

  @Test
  void aGeneratorContinuesWithoutADamagedFile() throws IOException {
    LoadOptions packed = options.toBuilder().packedWeights(PackedWeights.FILE).build();
    int[] tokens = {5, 6, 7, 8};
    float[] expected;
    try (Generator plain =
            Engine.load(file, packed.toBuilder().packedWeights(PackedWeights.OFF).build());
        Session session = plain.newSession()) {
      session.feed(tokens);
      session.feed(9);
      expected = session.logits();
    }
    try (DefaultGenerator generator = (DefaultGenerator) Engine.load(file, packed);
        Session session = generator.newSession()) {
      session.feed(tokens);
      Path path = damage();
      generator.generate(Prompt.tokens(1, 2, 3)); // fills the prefix cache
      WeightFile opened = generator.shared().files().packed().orElseThrow();

      generator.abandonPacked(opened, damageOf(opened));

      assertThat(path).doesNotExist();
      session.feed(9);
      assertThat(session.logits()).isEqualTo(expected);
      try (Session other = generator.newSession()) {
        other.feed(tokens);
        other.feed(9);
        assertThat(other.logits()).isEqualTo(expected);
      }
    }
  }

  @Test
  void aBackgroundCheckReportsAndStops() throws Exception {
    WeightFile opened =
        Weights.autoFile(model, options, pool, arena, bytes, () -> 0).packedFile().orElseThrow();
    damage();
    var found = new CompletableFuture<ModelException>();
    try (RotCheck _ = new RotCheck(opened, found::complete)) {
      assertThat(found.get()).hasMessageContaining("wrong checksum");
    }
    try (Stream<Thread> threads = Thread.getAllStackTraces().keySet().stream()) {
      assertThat(threads.map(Thread::getName)).doesNotContain("phi4j-check");
    }
  }
}
