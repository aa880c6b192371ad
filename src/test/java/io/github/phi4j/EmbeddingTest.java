package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.Embedding;
import io.github.phi4j.api.EmbeddingOptions;
import io.github.phi4j.api.EmbeddingOptions.Pooling;
import io.github.phi4j.api.GenerationListener;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.PassReport;
import io.github.phi4j.api.PromptTooLongException;
import io.github.phi4j.api.Session;
import io.github.phi4j.testing.TinyModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Embeddings against those of an independent implementation, see embeddings.py. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EmbeddingTest {

  private static final AtomicInteger PASSES = new AtomicInteger();
  private static final AtomicInteger SEQUENCES = new AtomicInteger();

  private static Generator tiny;
  private static List<JsonNode> expected;

  @BeforeAll
  static void load() throws IOException {
    GenerationListener counter =
        new GenerationListener() {
          @Override
          public void passed(Generator generator, PassReport pass) {
            PASSES.incrementAndGet();
            SEQUENCES.addAndGet(pass.sequences());
          }
        };
    tiny =
        Phi4.load(
            TinyModel.F32.path(),
            LoadOptions.builder()
                .threads(2)
                .kvCacheType(KvCacheType.F32)
                .listeners(counter)
                .build());
    expected = new ArrayList<>();
    for (String line : TinyModel.text("embeddings.jsonl").lines().toList()) {
      expected.add(new ObjectMapper().readTree(line));
    }
  }

  @AfterAll
  static void close() {
    tiny.close();
  }

  private static List<String> texts() {
    return expected.stream().map(row -> row.get("text").asText()).toList();
  }

  private static double[] numbers(JsonNode array) {
    return IntStream.range(0, array.size()).mapToDouble(i -> array.get(i).asDouble()).toArray();
  }

  private static double length(double[] vector) {
    return Math.sqrt(
        IntStream.range(0, vector.length).mapToDouble(i -> vector[i] * vector[i]).sum());
  }

  @ParameterizedTest
  @EnumSource
  void vectorsAreThoseOfTheReference(Pooling pooling) {
    for (boolean normalized : new boolean[] {true, false}) {
      List<Embedding> embeddings =
          tiny.embed(
              texts(), EmbeddingOptions.builder().pooling(pooling).normalized(normalized).build());

      assertThat(embeddings).hasSameSizeAs(expected);
      for (int row = 0; row < embeddings.size(); row++) {
        JsonNode one = expected.get(row);
        assertThat(tiny.tokenizer().encode(one.get("text").asText()))
            .containsExactly(
                IntStream.range(0, one.get("ids").size())
                    .map(i -> one.get("ids").get(i).asInt())
                    .toArray());
        double[] reference = numbers(one.get(pooling == Pooling.MEAN ? "mean" : "last"));
        double scale = normalized ? length(reference) : 1;
        float[] vector = embeddings.get(row).vector();
        assertThat(embeddings.get(row).tokens()).isEqualTo(one.get("ids").size());
        assertThat(vector).hasSize(tiny.info().embeddingLength());
        for (int i = 0; i < vector.length; i++) {
          assertThat(vector[i] * scale).isCloseTo(reference[i], within(2e-4));
        }
      }
    }
  }

  @Test
  void theDefaultIsTheNormalizedMean() {
    float[] vector = tiny.embed(List.of("The sky is blue.")).getFirst().vector();
    EmbeddingOptions mean =
        EmbeddingOptions.builder().pooling(Pooling.MEAN).normalized(true).build();

    assertThat(EmbeddingOptions.defaults()).isEqualTo(mean);
    double squares = 0;
    for (float value : vector) {
      squares += value * value;
    }
    assertThat(squares).isCloseTo(1, within(1e-5));
  }

  @Test
  void textsShareForwardPassesAndNoneAffectsAnother() {
    List<String> texts = IntStream.range(0, 60).mapToObj(i -> "The number " + i).toList();
    Embedding alone = tiny.embed(List.of(texts.get(33))).getFirst();
    PASSES.set(0);
    SEQUENCES.set(0);
    List<Embedding> embeddings = tiny.embed(texts);

    assertThat(embeddings.get(33)).isEqualTo(alone);
    assertThat(SEQUENCES.get()).isGreaterThanOrEqualTo(60);
    assertThat(PASSES.get()).isLessThan(SEQUENCES.get());
  }

  @Test
  void aTextLongerThanAPassIsPooledInParts() {
    String text = texts().getLast().repeat(3);
    assertThat(tiny.tokenizer().encode(text).length).isBetween(512, 2000);
    try (Session session = tiny.newSession()) {
      Embedding whole =
          session
              .embed(List.of(text), EmbeddingOptions.builder().pooling(Pooling.LAST).build())
              .getFirst();
      assertThat(whole.vector()).hasSize(256);
      assertThat(session.embed(List.of(text)).getFirst()).isNotEqualTo(whole);
      assertThat(session.position()).isZero();
    }
  }

  @Test
  void textsWithoutAVectorAreRefused() {
    assertThat(tiny.embed(List.of())).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tiny.embed(List.of("a", "")))
        .withMessageContaining("text 1 is empty");
    assertThatThrownBy(() -> tiny.embed(List.of("a ".repeat(3000))))
        .isInstanceOf(PromptTooLongException.class)
        .hasMessageContaining("text 0 has")
        .hasMessageContaining("2048");
  }

  @Test
  void anEmbeddingIsAValue() {
    float[] numbers = {1, 2};
    Embedding embedding = new Embedding(numbers, 3);
    numbers[0] = 9;
    embedding.vector()[1] = 9;

    assertThat(embedding.vector()).containsExactly(1, 2);
    Embedding same = new Embedding(new float[] {1, 2}, 3);
    assertThat(embedding).isEqualTo(same).hasSameHashCodeAs(same).hasToString(same.toString());
    assertThat(embedding).hasToString("Embedding{vector=[1.0, 2.0], tokens=3}");
    assertThat(embedding).isNotEqualTo(new Embedding(new float[] {1, 3}, 3));
    assertThat(embedding).isNotEqualTo(new Embedding(new float[] {1, 2}, 4));
  }

  @Test
  void anEmbeddingIsCancelledFromOutside() {
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();
    EmbeddingOptions options = EmbeddingOptions.builder().cancellation(cancellation).build();
    assertThatThrownBy(() -> tiny.embed(texts(), options))
        .isInstanceOf(CancellationException.class);
  }
}
