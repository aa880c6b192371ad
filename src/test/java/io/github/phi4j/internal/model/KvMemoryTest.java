package io.github.phi4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.api.ContextMemoryException;
import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.internal.kernel.KernelProvider;
import io.github.phi4j.testing.RandomModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class KvMemoryTest {

  private static final long PAGE = 1 << 20;

  @TempDir private Path directory;

  @Test
  void pagesAreFreedByTheirLastHolder() {
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
  void fewPagesAreKeptForReuse() {
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

  @ParameterizedTest
  @EnumSource
  void aShortChatInALongContextTakesOnlyUsedPages(KvCacheType type) {
    Path file = RandomModel.phi4().contextLength(16_384).write(directory.resolve("random.gguf"));
    try (LoadedModel model = new LoadedModel(file, 1, KernelProvider.kernels());
        KvMemory memory = new KvMemory(() -> Long.MAX_VALUE)) {
      KvCache.Format format = new KvCache.Format(type, type);
      KvCache cache = new KvCache(model.config(), format, 16_384, memory);
      assertThat(memory.usedBytes()).isZero();
      model.append(model.randomTokens(100, 1), 0, 100, cache);
      assertThat(memory.usedBytes()).isEqualTo(2 * format.pageBytes(model.config()));

      KvCache fork = cache.fork();
      assertThat(memory.usedBytes()).as("shared").isEqualTo(2 * format.pageBytes(model.config()));
      model.append(new int[] {1}, 0, 1, fork);
      assertThat(memory.usedBytes())
          .as("a copy of the page that was written to")
          .isEqualTo(3 * format.pageBytes(model.config()));
      fork.close();
      cache.truncate(64);
      assertThat(memory.usedBytes()).isEqualTo(format.pageBytes(model.config()));
      cache.close();
      assertThat(memory.usedBytes()).isZero();
    }
  }

  @Test
  void sharedPagesTakeNoFurtherMemory() {
    Path file = RandomModel.phi4().contextLength(16_384).write(directory.resolve("random.gguf"));
    AtomicLong available = new AtomicLong(Long.MAX_VALUE);
    try (LoadedModel model = new LoadedModel(file, 1, KernelProvider.kernels());
        KvMemory memory = new KvMemory(available::get)) {
      KvCache.Format format = new KvCache.Format(KvCacheType.F32, KvCacheType.F32);
      KvCache cache = new KvCache(model.config(), format, 16_384, memory);
      model.append(model.randomTokens(100, 1), 0, 100, cache);
      KvCache fork = cache.fork();
      long rest = (16_384 / 64 - 1) * format.pageBytes(model.config());

      available.set(rest + (64L << 20));
      fork.requireRest("a fork");
      available.decrementAndGet();
      assertThatThrownBy(() -> fork.requireRest("a fork"))
          .isInstanceOf(ContextMemoryException.class)
          .hasMessageContaining("a fork needs");
      fork.close();
      cache.close();
    }
  }

  @Test
  void tooLittleMemoryIsReportedWithARemedy() {
    AtomicLong available = new AtomicLong(1000L << 20);
    try (KvMemory memory = new KvMemory(available::get)) {
      memory.require(900L << 20, "a context of 900 tokens");

      assertThatThrownBy(() -> memory.require(3000L << 20, "a context of 3000 tokens"))
          .isInstanceOf(ContextMemoryException.class)
          .hasMessageContaining("a context of 3000 tokens needs 3000 MiB")
          .hasMessageContaining("only 936 MiB are available")
          .hasMessageContaining("lower the context length");

      available.set(100L << 20);
      memory.reclaimWith(() -> available.set(4000L << 20));
      memory.require(3000L << 20, "a context that gets what others gave back");
      available.set(10L << 20);
      memory.reclaimWith(() -> {});
      assertThatThrownBy(() -> memory.allocate(PAGE)).isInstanceOf(ContextMemoryException.class);
    }
  }
}
