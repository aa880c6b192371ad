package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.ContextShift;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.PromptTooLongException;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.SessionOptions;
import io.github.phi4j.testing.RandomModel;
import io.github.phi4j.testing.TinyModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Number formats of the KV cache, contexts that share it, and contexts that are full. */
final class KvCacheTest {

  @TempDir private static Path directory;

  private static Generator tiny;

  @BeforeAll
  static void load() {
    tiny = load(options());
  }

  @AfterAll
  static void close() {
    tiny.close();
  }

  private static LoadOptions.Builder options() {
    return LoadOptions.builder().packedWeights(PackedWeights.OFF).contextLength(400);
  }

  private static Generator load(LoadOptions.Builder options) {
    return Phi4.load(TinyModel.Q8_0.path(), options.build());
  }

  private static int[] tokens(int count, long seed) {
    return new Random(seed).ints(count, 0, 300).toArray();
  }

  private static float[] fresh(int... tokens) {
    try (Generator generator = load(options().prefixCacheBytes(0));
        Session session = generator.newSession()) {
      session.feed(tokens);
      return session.logits();
    }
  }

  /** Returns the mean of -log p over a text, in nats. */
  private static double loss(KvCacheType keys, KvCacheType values) {
    String text = "What is 12 + 30? The answer is 42. Tell me a story about the sea. ".repeat(12);
    int[] ids = tiny.tokenizer().encode(text);
    int count = Math.min(ids.length, 400);
    double[] sum = {0};
    SessionOptions how = SessionOptions.builder().kvKeyType(keys).kvValueType(values).build();
    try (Session session = tiny.newSession(how)) {
      session.feed(
          Arrays.copyOf(ids, count),
          (position, logits) -> {
            if (position + 1 < count) {
              double most =
                  IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).max().orElseThrow();
              double total = 0;
              for (float logit : logits) {
                total += Math.exp(logit - most);
              }
              sum[0] += most + Math.log(total) - logits[ids[position + 1]];
            }
          });
    }
    return sum[0] / (count - 1);
  }

  /**
   * Keys and values of 11 bits cost almost nothing; of 8 bits with a scale, less than a percent.
   */
  @ParameterizedTest
  @CsvSource({"F16, F16, 0.0005", "Q8_0, Q8_0, 0.01", "F16, Q8_0, 0.01"})
  void smallerTypesHardlyChangePerplexity(KvCacheType keys, KvCacheType values, double bound) {
    double exact = loss(KvCacheType.F32, KvCacheType.F32);

    assertThat(Math.exp(loss(keys, values) - exact)).isCloseTo(1, within(bound));
  }

  @Test
  void memoryIsReportedToTheByte() {
    // Phi4-tiny: 6 blocks, 2 key-value heads of 32; pages of 64 tokens.
    assertThat(tiny.info().kvCacheBytes(1, KvCacheType.F16)).isEqualTo(6 * 2 * 2 * 64 * 32 * 2);
    assertThat(tiny.info().kvCacheBytes(65, KvCacheType.Q8_0)).isEqualTo(6 * 2 * 2 * 128 * 34);
    assertThat(tiny.info().kvCacheBytes(64, KvCacheType.F32, KvCacheType.Q8_0))
        .isEqualTo(6 * 2 * 64 * (128 + 34));
    try (Generator generator = load(options())) {
      generator.newSession().feed(tokens(128, 3));
      assertThat(generator.prefixCacheUsage().bytes())
          .isEqualTo(generator.info().kvCacheBytes(128, KvCacheType.F16));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 130})
  void aForkIsIndependentAndHasTheSameBits(int length) {
    int[] start = tokens(length, 1);
    try (Session session = tiny.newSession()) {
      session.feed(start);
      float[] logits = session.logits();
      try (Session fork = session.fork();
          Session second = fork.fork()) {
        assertThat(fork.position()).isEqualTo(length);
        assertThat(fork.logits()).isEqualTo(logits);
        session.feed(5, 6, 7);
        fork.feed(8);
        fork.feed(9);
        session.rewind(length);
        session.feed(10);

        assertThat(session.logits()).isEqualTo(fresh(with(start, 10)));
        assertThat(fork.logits()).isEqualTo(fresh(with(start, 8, 9)));
        assertThat(second.logits()).isEqualTo(logits);
      }
      assertThat(session.logits()).isEqualTo(fresh(with(start, 10)));
    }
  }

  private static int[] with(int[] start, int... more) {
    return IntStream.concat(IntStream.of(start), IntStream.of(more)).toArray();
  }

  @Test
  void sessionsShareComputedPrefixes() {
    int[] shared = tokens(150, 7);
    try (Generator generator = load(options())) {
      generator.generate(prompt(with(shared, 1, 2, 3)), few());

      Completion second = generator.generate(prompt(with(shared, 4, 5, 6)), few());

      assertThat(second.usage().cachedTokens()).isEqualTo(150);
      assertThat(second.timings().prefillTokens()).isEqualTo(3);
      assertThat(generator.prefixCacheUsage().hits()).isEqualTo(1);
      assertThat(generator.prefixCacheUsage().misses()).isEqualTo(1);
      assertThat(generator.prefixCacheUsage().reusedTokens()).isEqualTo(150);
      try (Session session = generator.newSession()) {
        session.feed(with(Arrays.copyOf(shared, 100), 11, 12));
        assertThat(session.logits()).isEqualTo(fresh(with(Arrays.copyOf(shared, 100), 11, 12)));
      }
    }
  }

  @Test
  void aFullPrefixCacheEvictsTheLeastRecentlyUsed() {
    int[] first = tokens(64, 1);
    int[] second = tokens(64, 2);
    int[] third = tokens(64, 3);
    long page = tiny.info().kvCacheBytes(64, KvCacheType.F16);
    try (Generator generator = load(options().prefixCacheBytes(2 * page))) {
      for (int[] tokens : new int[][] {first, second, first, third}) {
        try (Session session = generator.newSession()) {
          session.feed(tokens);
        }
      }
      assertThat(generator.prefixCacheUsage().bytes()).isEqualTo(2 * page);
      assertThat(cached(generator, first)).isEqualTo(64);
      assertThat(cached(generator, second)).isZero();
    }
  }

  private static int cached(Generator generator, int[] tokens) {
    return generator.generate(prompt(with(tokens, 9)), few()).usage().cachedTokens();
  }

  @Test
  void contextsOfOtherTypesOrRopeFactorsShareNothing() {
    try (Generator generator = load(options())) {
      int[] shared = tokens(64, 4);
      for (KvCacheType type : KvCacheType.values()) {
        try (Session session =
            generator.newSession(SessionOptions.builder().kvCacheType(type).build())) {
          session.feed(shared);
        }
      }
      assertThat(generator.prefixCacheUsage().hits()).isZero();
    }
    Path file = RandomModel.mini().write(directory.resolve("mini.gguf"));
    int[] shared = tokens(20, 5);
    int[] longer = tokens(40, 5);
    try (Generator generator =
            Phi4.load(file, LoadOptions.builder().packedWeights(PackedWeights.OFF).build());
        Generator without =
            Phi4.load(
                file,
                LoadOptions.builder()
                    .packedWeights(PackedWeights.OFF)
                    .prefixCacheBytes(0)
                    .build());
        Session expected = without.newSession()) {
      try (Session session = generator.newSession()) {
        session.feed(shared);
      }
      try (Session session = generator.newSession()) {
        session.feed(longer); // beyond the border of 24: other factors
        expected.feed(longer);
        assertThat(session.logits()).isEqualTo(expected.logits());
      }
      assertThat(generator.prefixCacheUsage().hits()).isZero();
    }
  }

  private static Prompt prompt(int... tokens) {
    return Prompt.tokens(tokens);
  }

  private static GenerationOptions few() {
    return GenerationOptions.builder().maxTokens(3).ignoreModelStop(true).build();
  }

  @Test
  void aSessionMayHaveItsOwnContextLength() {
    try (Session session = tiny.newSession(SessionOptions.builder().contextLength(5).build())) {
      assertThat(session.contextLength()).isEqualTo(5);
      assertThatThrownBy(() -> session.feed(1, 2, 3, 4, 5, 6))
          .isInstanceOf(PromptTooLongException.class)
          .hasMessageContaining("room for 5");
    }
    SessionOptions tooLong = SessionOptions.builder().contextLength(1 << 20).build();
    assertThatThrownBy(() -> tiny.newSession(tooLong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trained for");
  }

  @Test
  void aFullContextEndsTheTextUnlessItIsShifted() {
    SessionOptions small = SessionOptions.builder().contextLength(100).build();
    GenerationOptions.Builder options =
        GenerationOptions.builder().maxTokens(250).ignoreModelStop(true);
    Prompt prompt = Prompt.chat(Message.user("Tell me a story."));
    try (Session stopping = tiny.newSession(small);
        Session shifting = tiny.newSession(small)) {
      Completion stopped = stopping.generate(prompt, options.build());
      Completion shifted =
          shifting.generate(prompt, options.contextShift(ContextShift.keep(8)).build());

      assertThat(stopped.finishReason()).isEqualTo(FinishReason.CONTEXT_FULL);
      assertThat(shifted.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
      assertThat(shifted.tokens()).hasSize(250).startsWith(stopped.tokens());
      assertThat(shifting.position()).isBetween(50, 100);

      // Shifted contexts are not in the prefix cache: a new prompt gives the usual text.
      assertThat(shifting.generate(prompt, few()).text())
          .isEqualTo(tiny.generate(prompt, few()).text());
      assertThatThrownBy(
              () -> shifting.generate(prompt, options.contextShift(ContextShift.keep(99)).build()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("keep fewer");
    }
    try (Session one = tiny.newSession(SessionOptions.builder().contextLength(1).build())) {
      GenerationOptions any = options.contextShift(ContextShift.keep(0)).build();
      assertThatThrownBy(() -> one.generate(Prompt.tokens(5), any))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("load the model with a longer context");
    }
  }

  @Test
  void aShiftKeepsTheWholePromptOnRequest() {
    SessionOptions small = SessionOptions.builder().contextLength(100).build();
    Prompt prompt = prompt(tokens(40, 2));
    GenerationOptions.Builder options =
        GenerationOptions.builder().maxTokens(150).ignoreModelStop(true);
    try (Session whole = tiny.newSession(small);
        Session counted = tiny.newSession(small)) {
      Completion kept =
          whole.generate(prompt, options.contextShift(ContextShift.keepPrompt()).build());
      assertThat(kept.tokens())
          .isEqualTo(
              counted
                  .generate(prompt, options.contextShift(ContextShift.keep(40)).build())
                  .tokens())
          .hasSize(150);
      assertThat(whole.generate(prompt, few()).usage().cachedTokens()).isEqualTo(39);
    }
    assertThatThrownBy(() -> ContextShift.keep(-2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 tokens or more, not -2");
  }

  @Test
  void aShiftDoesNotAffectSharedPages() {
    SessionOptions small = SessionOptions.builder().contextLength(150).build();
    int[] start = tokens(140, 12);
    GenerationOptions shifting =
        GenerationOptions.builder()
            .maxTokens(120)
            .ignoreModelStop(true)
            .contextShift(ContextShift.keep(3))
            .build();
    try (Generator generator = load(options());
        Session session = generator.newSession(small)) {
      session.feed(start);
      try (Session fork = session.fork()) {
        assertThat(session.generate(prompt(start), shifting).tokens()).hasSize(120);

        fork.feed(1, 2);
        assertThat(fork.logits()).isEqualTo(fresh(with(start, 1, 2)));
      }
      try (Session other = generator.newSession()) {
        other.feed(with(start, 3));
        assertThat(generator.prefixCacheUsage().hits()).isPositive();
        assertThat(other.logits()).isEqualTo(fresh(with(start, 3)));
      }
    }
  }

  /** With one block, dropped tokens leave no trace in the others, so shifting must be exact. */
  @ParameterizedTest
  @CsvSource({"F32, 1e-4", "F16, 1e-2", "Q8_0, 5e-2"})
  void shiftedKeysAreThoseOfTheirNewPositions(KvCacheType type, float bound) {
    Path file = RandomModel.phi4().layers(1).write(directory.resolve("one-" + type + ".gguf"));
    SessionOptions how = SessionOptions.builder().contextLength(150).kvCacheType(type).build();
    int[] tokens = tokens(150, 6);
    LoadOptions options =
        LoadOptions.builder().packedWeights(PackedWeights.OFF).prefixCacheBytes(0).build();
    try (Generator generator = Phi4.load(file, options);
        Session session = generator.newSession(how);
        Session expected = generator.newSession(how)) {
      int chosen =
          session.generate(
                  prompt(tokens),
                  GenerationOptions.builder()
                      .maxTokens(1)
                      .ignoreModelStop(true)
                      .contextShift(ContextShift.keep(10))
                      .build())
              .tokens()[0];
      // 140 tokens after the first 10, of which 70 are dropped.
      expected.feed(
          with(with(Arrays.copyOf(tokens, 10), Arrays.copyOfRange(tokens, 80, 150)), chosen));

      assertThat(session.position()).isEqualTo(81);
      assertThat(session.logits())
          .usingComparatorWithPrecision(bound)
          .containsExactly(expected.logits());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16_384, 32_768})
  void aWholeContextOfItsFullLengthIsComputed(int length) {
    computeWholeContext(RandomModel.phi4(), length);
  }

  /** Takes minutes. */
  @Test
  @EnabledIfSystemProperty(named = "phi4j.long", matches = "true")
  void aWholeContextOfTheMiniModelsFullLengthIsComputed() {
    computeWholeContext(RandomModel.mini(), 131_072);
  }

  private void computeWholeContext(RandomModel model, int length) {
    Path file =
        model
            .layers(1)
            .heads(1, 1, 32)
            .feedForward(32)
            .contextLength(length)
            .write(directory.resolve(length + ".gguf"));
    LoadOptions options = LoadOptions.builder().packedWeights(PackedWeights.OFF).build();
    try (Generator generator = Phi4.load(file, options);
        Session session = generator.newSession()) {
      int[] tokens = tokens(length, 1);
      session.feed(Arrays.copyOf(tokens, 20)); // with the short RoPE factors, if there are two sets
      session.feed(Arrays.copyOfRange(tokens, 20, length));
      assertThat(session.position()).isEqualTo(session.contextLength()).isEqualTo(length);
      float[] logits = session.logits();
      session.rewind(length - 70);
      for (int i = length - 70; i < length; i++) {
        session.feed(tokens[i]);
      }
      assertThat(session.logits()).isEqualTo(logits);
      assertThatThrownBy(() -> session.feed(1)).isInstanceOf(PromptTooLongException.class);
    }
  }
}
