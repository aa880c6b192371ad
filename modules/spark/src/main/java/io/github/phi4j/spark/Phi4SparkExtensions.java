package io.github.phi4j.spark;

import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.SparkSessionExtensionsProvider;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.classic.UserDefinedFunctionUtils;
import org.apache.spark.sql.expressions.SparkUserDefinedFunction;
import scala.Tuple3;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;

/**
 * Registers the SQL functions of {@link Phi4Spark#register} by configuration alone:
 *
 * <pre>{@code
 * spark.sql.extensions   io.github.phi4j.spark.Phi4SparkExtensions
 * spark.phi4j.model      /models/phi-4-Q4_K_M.gguf
 * spark.phi4j.maxTokens  200
 * }</pre>
 *
 * <p>The rest of a name after {@code spark.phi4j.} is a method of {@link Phi4SparkOptions.Builder}.
 * A query uses its session's values at analysis time: {@code SET spark.phi4j.temperature = 0.7}
 * applies from the next query on.
 */
public final class Phi4SparkExtensions implements SparkSessionExtensionsProvider {

  private static final String PREFIX = "spark.phi4j.";

  /** For Spark. */
  public Phi4SparkExtensions() {}

  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    for (SqlFunctions function : SqlFunctions.values()) {
      extensions.injectFunction(
          new Tuple3<>(
              FunctionIdentifier.apply(function.sqlName),
              info(function),
              arguments -> expression(function, arguments)));
    }
    return BoxedUnit.UNIT;
  }

  private static ExpressionInfo info(SqlFunctions function) {
    return new ExpressionInfo(
        Phi4SparkExtensions.class.getName(),
        null,
        function.sqlName,
        "_FUNC_" + function.usage,
        "",
        "",
        "",
        "",
        "",
        "",
        "");
  }

  private static Expression expression(SqlFunctions function, Seq<Expression> arguments) {
    if (arguments.size() != function.arity) {
      throw new IllegalArgumentException(
          function.sqlName
              + function.usage
              + "; found "
              + arguments.size()
              + " arguments, expected "
              + function.arity);
    }
    SparkUserDefinedFunction call = (SparkUserDefinedFunction) function.with(options());
    return UserDefinedFunctionUtils.toScalaUDF(call, arguments);
  }

  private static Phi4SparkOptions options() {
    Map<String, String> given = new TreeMap<>();
    CollectionConverters.asJava(SparkSession.active().conf().getAll())
        .forEach((key, value) -> {
          if (key.startsWith(PREFIX)) {
            given.put(key.substring(PREFIX.length()), value);
          }
        });
    return NamedOptions.CONFIGURATION.build(given);
  }
}
