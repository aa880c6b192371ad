package io.github.phi4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Session;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.internal.model.KvCache;
import io.github.phi4j.internal.model.KvMemory;
import io.github.phi4j.testing.RandomModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logits computed ahead equal those computed token by token. */
final class ContextTest {

  private static final int LENGTH = 60;

  @TempDir private Path directory;

  private final Random random = new Random(11);

  @Test
  void whateverIsDraftedTheLogitsAreTheSame() {
    assertDraftsChangeNothing(
        RandomModel.phi4().heads(4, 2, 64).feedForward(256).type(GgmlType.Q4_K));
  }

  @Test
  void draftsThatReachBeyondTheBorderOfTheRopeFactorsAreCut() {
    assertDraftsChangeNothing(RandomModel.mini());
  }

  private void assertDraftsChangeNothing(RandomModel model) {
    Path file = model.contextLength(LENGTH + 2).write(directory.resolve("random.gguf"));
    LoadOptions options = LoadOptions.builder().threads(2).build();
    int[] text = random.ints(LENGTH, 0, 300).toArray();
    try (DefaultGenerator generator = (DefaultGenerator) Engine.load(file, options)) {
      List<float[]> expected = new ArrayList<>();
      for (int count = 1;
          count <= LENGTH;
          count++) { // at once, since the factors depend on the length
        try (Session session = generator.newSession()) {
          session.feed(Arrays.copyOf(text, count));
          expected.add(session.logits());
        }
      }
      Context context = newContext(generator, LENGTH + 2);
      try {
        context.append(text, LENGTH - 1, null); // something to rewind
        context.rewind(0);
        for (int count = 1; count <= LENGTH; count++) {
          context.add(text[count - 1]);
          if (!context.hasLogits()) {
            draft(context, text);
          }
          assertThat(context.logits()).as("after %d", count).isEqualTo(expected.get(count - 1));
        }
        assertThat(context.computedTokens()).isGreaterThanOrEqualTo(LENGTH);
      } finally {
        context.close();
      }
    }
  }

  private static Context newContext(DefaultGenerator generator, int capacity) {
    KvCache.Format format = new KvCache.Format(KvCacheType.F16, KvCacheType.F16);
    KvMemory memory = new KvMemory(() -> Long.MAX_VALUE);
    KvCache cache = new KvCache(generator.model().config(), format, capacity, memory);
    Shared shared = generator.shared();
    return new Context(
        shared.forwardPass(), shared.scheduler(), shared.prefixes(), cache, () -> false);
  }

  private static float[] fresh(DefaultGenerator generator, int[] text, int... more) {
    try (Session session = generator.newSession()) {
      session.feed(text);
      session.feed(more);
      return session.logits();
    }
  }

  @Test
  void tokensAheadAreNeitherSavedNorCopied() throws IOException {
    Path file = RandomModel.phi4().write(directory.resolve("random.gguf"));
    Path saved = directory.resolve("saved");
    int[] text = random.ints(63, 0, 300).toArray(); // the tokens ahead are on another page
    try (DefaultGenerator generator =
        (DefaultGenerator) Engine.load(file, LoadOptions.builder().threads(2).build())) {
      Context context = newContext(generator, 100);
      context.append(text, 0, null);
      context.add(7);
      context.computeAhead(new int[] {1, 2, 3}, 3);
      for (int next : new int[] {1, 9}) {
        Context copy = context.copy(() -> false);
        copy.add(next);
        assertThat(copy.logits()).isEqualTo(fresh(generator, text, 7, next));
        copy.close();
      }
      context.save(saved, generator.shared().files().version());
      try (Session restored = generator.restore(saved)) {
        assertThat(restored.position()).isEqualTo(64);
        assertThat(restored.logits()).isEqualTo(fresh(generator, text, 7));
      }
      context.add(1);
      assertThat(context.logits()).isEqualTo(fresh(generator, text, 7, 1));
      context.close();
    }
  }

  @Test
  void shiftingDropsTokensComputedAhead() {
    Path file = RandomModel.phi4().write(directory.resolve("random.gguf"));
    int[] text = random.ints(79, 0, 300).toArray();
    try (DefaultGenerator generator =
        (DefaultGenerator) Engine.load(file, LoadOptions.builder().threads(2).build())) {
      for (int keep : new int[] {0, 8, 76, 77, 78}) {
        Context plain = newContext(generator, 80);
        plain.append(text, 0, null);
        plain.add(5);
        Context ahead = newContext(generator, 80);
        ahead.append(text, 0, null);
        ahead.rewind(78);
        ahead.add(text[78]);
        ahead.computeAhead(new int[] {5}, 1);
        ahead.add(5);
        assertThat(ahead.hasLogits()).isTrue();

        plain.shift(keep);
        ahead.shift(keep);

        assertThat(ahead.length()).isEqualTo(plain.length());
        assertThat(ahead.logits()).isEqualTo(plain.logits());
        plain.close();
        ahead.close();
      }
    }
  }

  /** Computes right tokens, then wrong ones, ahead. */
  private void draft(Context context, int[] text) {
    int[] draft = random.ints(random.nextInt(1, 6), 0, 300).toArray();
    int right = Math.min(random.nextInt(draft.length + 1), text.length - context.length());
    System.arraycopy(text, context.length(), draft, 0, right);
    context.computeAhead(draft, context.roomAhead(draft.length));
  }
}
