package io.github.phi4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class KvMemoryTest {

  private static final long PAGE = 1 << 20;

  @Test
  void pagesGoBackWhenTheLastHolderLetsGo() {
    try (KvMemory memory = new KvMemory(() -> Long.MAX_VALUE)) {
      KvPage page = memory.allocate(PAGE);
      assertThat(page.isWritable()).isTrue();
      page.hold();
      assertThat(page.isWritable()).isFalse();
      page.release();
      assertThat(page.isWritable()).isTrue();
      assertThat(memory.usedBytes()).isEqualTo(PAGE);

      page.release();

      assertThat(memory.usedBytes()).isZero();
      assertThat(memory.allocate(PAGE)).as("used again").isSameAs(page);
      assertThat(memory.allocate(2 * PAGE)).isNotSameAs(page);
    }
  }

  @Test
  void fewPagesWaitAndTheOthersAreFreed() {
    List<KvPage> pages = new ArrayList<>();
    try (KvMemory memory = new KvMemory(() -> Long.MAX_VALUE)) {
      for (int i = 0; i < 100; i++) {
        pages.add(memory.allocate(PAGE));
      }
      pages.forEach(KvPage::release);

      assertThat(pages.stream().filter(page -> page.memory().scope().isAlive())).hasSize(64);
    }
    assertThat(pages).noneMatch(page -> page.memory().scope().isAlive());
  }

  @Test
  void tooLittleMemorySaysWhatIsNeededAndWhatHelps() {
    AtomicLong available = new AtomicLong(1000L << 20);
    try (KvMemory memory = new KvMemory(available::get)) {
      memory.require(900L << 20, "a context of 900 tokens");

      assertThatThrownBy(() -> memory.require(3000L << 20, "a context of 3000 tokens"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("a context of 3000 tokens needs 3000 MiB")
          .hasMessageContaining("only 936 MiB are available")
          .hasMessageContaining("lower the context length");

      available.set(100L << 20);
      memory.reclaimWith(() -> available.set(4000L << 20));
      memory.require(3000L << 20, "a context that gets what others gave back");
      available.set(10L << 20);
      memory.reclaimWith(() -> {});
      assertThatThrownBy(() -> memory.allocate(PAGE)).isInstanceOf(IllegalStateException.class);
    }
  }
}
