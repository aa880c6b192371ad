package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The display of packing progress. */
final class PackingProgressTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final AtomicLong seconds = new AtomicLong(1000);

  private PackingProgress progress(boolean changing) {
    return new PackingProgress(
        new PrintStream(out, true, UTF_8),
        changing,
        "packing weights",
        () -> TimeUnit.SECONDS.toNanos(seconds.get()));
  }

  private String shown(PackingProgress progress, long packed) {
    out.reset();
    progress.progress(packed, 1 << 20);
    return out.toString(UTF_8);
  }

  @Test
  void theRemainingTimeIsEstimatedAfterAWhile() {
    PackingProgress progress = progress(false);
    seconds.addAndGet(1);
    assertThat(shown(progress, 1 << 17)).isEqualTo("phi4: packing weights:  10 % of 1.00 MiB\n");
    seconds.addAndGet(39);
    assertThat(shown(progress, 1 << 18))
        .isEqualTo("phi4: packing weights:  20 % of 1.00 MiB, 2 min 0 s left\n");
    seconds.addAndGet(10);
    assertThat(shown(progress, 1 << 19))
        .isEqualTo("phi4: packing weights:  50 % of 1.00 MiB, 50 s left\n");
    assertThat(shown(progress, (1 << 19) + 1)).isEmpty();
    assertThat(shown(progress, 1 << 20)).isEqualTo("phi4: packing weights: 100 % of 1.00 MiB\n");
  }

  @Test
  void onATerminalOneLineChanges() {
    PackingProgress progress = progress(true);
    seconds.addAndGet(100);
    assertThat(shown(progress, 1 << 19))
        .startsWith("\rphi4: packing weights:  50 %")
        .contains("1 min 40 s left")
        .doesNotContain("\n");
    assertThat(shown(progress, 1 << 20))
        .startsWith("\rphi4: packing weights: 100 %")
        .endsWith(" \n");
  }
}
