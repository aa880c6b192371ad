package io.github.phi4j.spark;

import io.github.phi4j.api.Cancellation;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** The SQL functions. They return the structs of {@link Phi4Spark}, for one text per call. */
enum SqlFunctions {
  GENERATE("phi4_generate", 1, "(prompt) - Answers a prompt"),
  CHOOSE("phi4_choose", 2, "(prompt, answers) - Chooses the most probable answer"),
  SCORE("phi4_score", 1, "(text) - Computes a text's log-probability"),
  EMBED("phi4_embed", 1, "(text) - Embeds a text");

  final String sqlName;
  final int arity;
  final String usage;

  SqlFunctions(String sqlName, int arity, String usage) {
    this.sqlName = sqlName;
    this.arity = arity;
    this.usage = usage;
  }

  /** Returns the function for some options. */
  UserDefinedFunction with(Phi4SparkOptions options) {
    UserDefinedFunction function =
        switch (this) {
          case GENERATE -> of(options, Work.generate(options));
          case CHOOSE -> choose(options);
          case SCORE -> of(options, Work.score());
          case EMBED -> of(options, Work.embed());
        };
    // Otherwise, the optimizer may repeat calls or run them on the driver.
    return function.withName(sqlName).asNondeterministic();
  }

  private static UserDefinedFunction of(Phi4SparkOptions options, Work work) {
    UDF1<Object, Row> call = text -> run(options, work, text);
    return functions.udf(call, work.type());
  }

  private static UserDefinedFunction choose(Phi4SparkOptions options) {
    UDF2<Object, Seq<String>, Row> call =
        (prompt, answers) -> {
          List<String> alternatives =
              answers == null ? List.of() : CollectionConverters.asJava(answers);
          return run(options, Work.choose(alternatives), prompt);
        };
    return functions.udf(call, Work.choose(List.of()).type());
  }

  private static Row run(Phi4SparkOptions options, Work work, Object text) {
    return work.run(
        ExecutorModels.get(options), new Question.OfText(options, text), new Cancellation());
  }
}
