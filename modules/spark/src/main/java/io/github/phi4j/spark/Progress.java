package io.github.phi4j.spark;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;

/** Accumulators for Spark's UI, shown with each stage. Rows of retried tasks count again. */
final class Progress implements Serializable {

  private static final long serialVersionUID = 1;

  private final LongAccumulator rows;
  private final LongAccumulator errors;

  Progress(SparkContext context) {
    rows = context.longAccumulator("phi4j rows");
    errors = context.longAccumulator("phi4j errors");
  }

  void rowDone(Row row) {
    Row added = row.getStruct(row.size() - 1);
    rows.add(1L);
    if (!added.isNullAt(added.size() - 1)) {
      errors.add(1L);
    }
  }
}
