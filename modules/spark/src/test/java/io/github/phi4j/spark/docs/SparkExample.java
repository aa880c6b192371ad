package io.github.phi4j.spark.docs;

import io.github.phi4j.spark.Phi4Spark;
import io.github.phi4j.spark.Phi4SparkOptions;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Extracts a record from each row of a dataset. */
public final class SparkExample {

  private SparkExample() {}

  /** Takes the model's file. */
  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    Dataset<Row> letters =
        spark.createDataFrame(
            List.of(
                RowFactory.create(1L, "Dear all, I moved to 3 Mill Lane. Ada"),
                RowFactory.create(2L, "My number is 555-0123, and no longer 555-0100. Tom")),
            StructType.fromDDL("id BIGINT, prompt STRING"));

    Phi4SparkOptions options =
        Phi4SparkOptions.builder()
            .model(args[0])
            .system("Extract who writes, and what has changed.")
            .resultType(StructType.fromDDL("writer STRING, change STRING"))
            .maxTokens(100)
            .build();
    letters
        .transform(Phi4Spark.generate(options))
        .select("id", "generated.result.writer", "generated.result.change", "generated.error")
        .show(false);
  }
}
