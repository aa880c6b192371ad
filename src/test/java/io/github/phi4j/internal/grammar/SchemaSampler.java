package io.github.phi4j.internal.grammar;

import io.github.phi4j.internal.schema.SchemaGrammar;
import java.util.List;
import java.util.Random;

/** Writes random texts of a JSON Schema's grammar, without a model. */
public final class SchemaSampler {

  private static final int DEEP = 60;

  private final GrammarRules rules;
  private final CompiledGrammar compiled;

  /** Samples the grammar of a schema. */
  public SchemaSampler(String schema) {
    rules = GbnfParser.parse(SchemaGrammar.of(schema));
    compiled = CompiledGrammar.of(rules);
  }

  /** Whether the grammar has this text. */
  public boolean matches(String text) {
    return compiled.matches(text);
  }

  /** Whether a text of the grammar begins so. */
  public boolean isPrefix(String text) {
    return compiled.isPrefix(text);
  }

  /** A random text. */
  public String text(Random random) {
    StringBuilder text = new StringBuilder();
    write(rules.rules().get(GrammarRules.ROOT).body(), random, text, 0);
    return text.toString();
  }

  private void write(Expression part, Random random, StringBuilder text, int depth) {
    boolean deep = depth > DEEP;
    switch (part) {
      case Expression.Literal literal -> text.append(literal.text());
      case Expression.Characters characters -> text.appendCodePoint(pick(characters, random));
      case Expression.Sequence sequence ->
          sequence.parts().forEach(each -> write(each, random, text, depth + 1));
      case Expression.Choice choice -> {
        List<Expression> all = choice.alternatives();
        write(deep ? all.getLast() : all.get(random.nextInt(all.size())), random, text, depth + 1);
      }
      case Expression.Repetition repetition -> {
        int more = deep ? 0 : (int) Math.min((long) repetition.max() - repetition.min(), 3);
        int count = repetition.min() + (more <= 0 ? 0 : random.nextInt(more + 1));
        for (int i = 0; i < count; i++) {
          write(repetition.item(), random, text, depth + 1);
        }
      }
      case Expression.Reference reference ->
          write(rules.rules().get(reference.rule()).body(), random, text, depth + 1);
      case Expression.Token _ -> throw new IllegalStateException("schemas have no tokens");
    }
  }

  private static int pick(Expression.Characters characters, Random random) {
    List<CodePoints.Range> ranges = characters.set().ranges();
    CodePoints.Range range = ranges.get(random.nextInt(ranges.size()));
    return range.from() + random.nextInt(range.to() - range.from() + 1);
  }
}
