package io.github.phi4j.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.KvCacheType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether what leaves the range of a cache's number format is noticed. */
final class KvRangeTest {

  @ParameterizedTest
  @CsvSource({
    "F32, 1e38, true", "F16, 65504, true", "F16, -65504, true", "F16, 65505, false",
    "F16, -1e20, false", "F16, NaN, false", "Q8_0, 8e6, true", "Q8_0, -9e6, false",
    "Q8_0, Infinity, false"
  })
  void isSaidOfKeysAndValues(KvCacheType type, float number, boolean inRange) {
    KvLayout layout = new KvLayout(40, type);
    float[] numbers = new float[40];
    for (int at : new int[] {0, 39}) {
      numbers[at] = number;
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment page = arena.allocate(layout.headBytes());

        assertThat(layout.storeKey(page, 0, 7, numbers, 0)).isEqualTo(inRange);
        assertThat(layout.storeValue(page, 0, 63, numbers, 0)).isEqualTo(inRange);
      }
      numbers[at] = 0;
    }
  }
}
