package io.github.phi4j.internal.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.testing.GgufWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged files load or are refused, cheaply; nothing else happens. */
final class GgufMutationTest {

  private static final long MAX_HEAP_BYTES = 1 << 20;
  private static final long[] NASTY = {
    0,
    1,
    2,
    31,
    64,
    65,
    255,
    1L << 16,
    Integer.MAX_VALUE,
    1L << 31,
    -1L >>> 32,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -8
  };

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static byte[] sound() {
    GgufWriter writer =
        new GgufWriter()
            .string("general.architecture", "phi3")
            .uint32("general.alignment", 32)
            .bool("tokenizer.ggml.add_bos_token", false)
            .value("big", ElementType.UINT64, 5)
            .value("small", ElementType.INT8, -5)
            .value("half", ElementType.UINT16, 3)
            .value("double", ElementType.FLOAT64, 1e-5)
            .strings("tokenizer.ggml.tokens", List.of("a", "b", "", "abc", "é"))
            .int32s("tokenizer.ggml.token_type", 1, 1, 1, 1, 3)
            .array("bools", ElementType.BOOL, List.of(true, false));
    return writer
        .tensor("token_embd.weight", new float[40], 8, 5)
        .tensor("blk.0.attn_q.weight", GgmlType.Q8_0, new byte[2 * 34], 32, 2)
        .tensor("output_norm.weight", new float[8], 8)
        .toBytes();
  }

  /** The first run's allocations are not caused by the file. */
  @BeforeEach
  void warmUp() {
    byte[] sound = sound();
    read(sound);
    for (int length = 0; length < sound.length; length++) {
      try {
        read(Arrays.copyOf(sound, length));
      } catch (ModelException e) {
        assertThat(e.offset()).isPresent();
      }
    }
  }

  /** Loads and reads everything; returns false if the file is refused. */
  private boolean loads(byte[] bytes) {
    long before = threads.getCurrentThreadAllocatedBytes();
    ModelException refusal = null;
    try {
      read(bytes);
    } catch (ModelException e) {
      refusal = e;
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated).isLessThan(MAX_HEAP_BYTES);
    if (refusal != null) {
      assertThat(refusal.offset()).isPresent();
      assertThat(refusal.offset().getAsLong()).isBetween(0L, (long) bytes.length);
      assertThat(refusal.getMessage()).hasSizeLessThan(500);
    }
    return refusal == null;
  }

  private static void read(byte[] bytes) {
    MemorySegment segment = MemorySegment.ofArray(bytes).asReadOnly();
    GgufParser.Part part = new GgufParser(Path.of("damaged.gguf"), segment).parse();
    part.metadata().values().values().forEach(GgufMutationTest::readAll);
    for (GgufTensor tensor : part.tensors()) {
      long size = tensor.type().rowBytes(tensor.elements());
      if (tensor.data().byteSize() != size) {
        throw new AssertionError(tensor + " should have " + size + " bytes");
      }
      tensor.data().get(ValueLayout.JAVA_BYTE, size - 1);
    }
  }

  private static void readAll(GgufValue value) {
    switch (value) {
      case GgufValue.Text text -> text.value();
      case GgufArray array -> {
        for (int i = 0; i < array.length(); i++) {
          if (array.type() == ElementType.STRING) {
            array.string(i);
          } else {
            array.number(i);
          }
        }
      }
      case GgufValue.Int _, GgufValue.Real _, GgufValue.Bool _ -> {}
    }
  }

  @Test
  void theValidFileLoads() {
    assertThat(loads(sound())).isTrue();
  }

  @Test
  void noTruncatedFileLoads() {
    byte[] sound = sound();
    int end = sound.length; // of the last tensor; the file ends in padding only after it
    GgufParser.Part part =
        new GgufParser(Path.of("sound.gguf"), MemorySegment.ofArray(sound)).parse();
    for (GgufTensor tensor : part.tensors()) {
      end = (int) (tensor.offset() + tensor.data().byteSize());
    }
    for (int length = 0; length < end; length++) {
      assertThat(loads(Arrays.copyOf(sound, length))).as("first %d bytes", length).isFalse();
    }
    assertThat(loads(Arrays.copyOf(sound, end))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void randomBytesAnywhereDoNoHarm(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] sound = sound();
    int loaded = 0;
    int rounds = 5000;
    for (int i = 0; i < rounds; i++) {
      byte[] bytes = sound.clone();
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      loaded += loads(bytes) ? 1 : 0;
    }
    assertThat(loaded).isBetween(1, rounds - 1);
  }

  @Test
  void nastyNumbersAnywhereDoNoHarm() {
    byte[] sound = sound();
    for (int at = 0; at + Long.BYTES <= sound.length; at++) {
      for (long nasty : NASTY) {
        byte[] wide = sound.clone();
        MemorySegment.ofArray(wide).set(LittleEndian.LONG, at, nasty);
        loads(wide);
        byte[] narrow = sound.clone();
        MemorySegment.ofArray(narrow).set(LittleEndian.INT, at, (int) nasty);
        loads(narrow);
      }
    }
  }

  @Test
  void bytesLeftOutOrPutInDoNoHarm() {
    SplittableRandom random = new SplittableRandom(9);
    byte[] sound = sound();
    for (int i = 0; i < 5000; i++) {
      int from = random.nextInt(sound.length);
      int to = random.nextInt(sound.length);
      byte[] bytes = new byte[from + sound.length - to];
      System.arraycopy(sound, 0, bytes, 0, from);
      System.arraycopy(sound, to, bytes, from, sound.length - to);
      loads(bytes);
    }
  }

  @Test
  void otherFilesAreRefused() {
    SplittableRandom random = new SplittableRandom(10);
    for (int i = 0; i < 1000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      MemorySegment segment = MemorySegment.ofArray(bytes);
      assertThatExceptionOfType(ModelException.class)
          .isThrownBy(() -> new GgufParser(Path.of("random.gguf"), segment).parse());
    }
  }
}
