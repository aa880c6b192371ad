package io.github.phi4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The SQL functions, registered by configuration and by a call. */
final class SqlTest {

  private static final String MODEL =
      Path.of(System.getProperty("phi4j.models"), "phi4-tiny-Q8_0.gguf")
          .toAbsolutePath()
          .toString();

  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", false)
            .config("spark.sql.extensions", Phi4SparkExtensions.class.getName())
            .config("spark.phi4j.model", MODEL)
            .config("spark.phi4j.threads", 1)
            .config("spark.phi4j.maxTokens", 12)
            .getOrCreate();
    spark
        .sql("select * from values (1, 'What is 27 + 45?'), (2, null) as questions(id, prompt)")
        .createOrReplaceTempView("questions");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static List<Row> rows(String query) {
    return spark.sql(query).collectAsList();
  }

  @Test
  void aConfiguredSessionHasTheFunctions() {
    List<Row> rows =
        rows(
            """
            select answer.text, answer.error, chosen.choice, chosen.error, score.tokens,
                   score.error, size(vector.embedding), vector.error
            from (select id, phi4_generate(prompt) answer,
                         phi4_choose(prompt, array('Yes', 'No')) chosen, phi4_score(prompt) score,
                         phi4_embed(prompt) vector
                  from questions)
            order by id\
            """);

    Row fine = rows.get(0);
    assertThat(fine.getString(0)).isNotEmpty();
    assertThat(fine.getString(2)).isIn("Yes", "No");
    assertThat(fine.getInt(4)).isPositive();
    assertThat(fine.getInt(6)).isGreaterThan(8);
    Row failed = rows.get(1);
    for (int error : new int[] {1, 3, 5, 7}) {
      assertThat(fine.isNullAt(error)).isTrue();
      assertThat(failed.getString(error)).contains("null");
    }
    assertThat(spark.sql("describe function phi4_choose").collectAsList().toString())
        .contains("phi4_choose(prompt, answers)");
  }

  @Test
  void settingsApplyFromTheNextQueryOn() {
    String query = "select phi4_generate(prompt).completionTokens from questions where id = 1";
    rows("set spark.phi4j.maxTokens = 3");
    try {
      assertThat(rows(query).getFirst().getInt(0)).isEqualTo(3);
      rows("set spark.phi4j.maxTokens = three");
      assertThatThrownBy(() -> rows(query))
          .hasMessageContaining("spark.phi4j.maxTokens cannot be \"three\"");
      rows("set spark.phi4j.maxTokens = 12");
      rows("set spark.phi4j.modle = x");
      assertThatThrownBy(() -> rows(query)).hasMessageContaining("spark.phi4j.modle");
    } finally {
      spark.conf().unset("spark.phi4j.modle");
      rows("set spark.phi4j.maxTokens = 12");
    }
    assertThatThrownBy(() -> rows("select phi4_choose(prompt) from questions"))
        .hasMessageContaining("expected 2");
  }
}
