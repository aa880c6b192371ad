package io.github.phi4j.spark;

import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.Generator;
import java.io.Serializable;
import org.apache.spark.sql.Row;

/** What is computed of one row. */
@FunctionalInterface
interface RowWork extends Serializable {

  /**
   * Computes the fields that are added, without the last one, the error.
   *
   * @throws RuntimeException if it cannot be done for this row
   */
  Object[] run(Generator generator, Row row, Cancellation cancellation);
}
