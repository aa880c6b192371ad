package io.github.phi4j.internal.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.phi4j.api.JsonSchemaOptions;
import io.github.phi4j.internal.schema.SchemaGrammar;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.Random;

/** Writes random texts of a JSON Schema's grammar, byte by byte, without a model. */
public final class SchemaSampler {

  private static final int LONG = 120;
  private static final int TOO_LONG = 20_000;

  private final Automaton automaton;
  private final CompiledGrammar compiled;

  /** Samples the grammar of a schema. */
  public SchemaSampler(String schema) {
    this(schema, false);
  }

  /** Samples the grammar of a schema, with undeclared members as in the standard, or not. */
  public SchemaSampler(String schema, boolean standard) {
    this(schema, JsonSchemaOptions.builder().openObjects(standard).build());
  }

  /** Samples the grammar of a schema with options. */
  public SchemaSampler(String schema, JsonSchemaOptions options) {
    automaton = new SchemaGrammar(schema, options, Effort.uncancelled()).automaton();
    compiled = Vocabulary.none().compiled(automaton);
  }

  /** Returns whether a text matches the grammar. */
  public boolean matches(String text) {
    return compiled.matches(text);
  }

  /** Returns whether a text is a prefix of a match. */
  public boolean isPrefix(String text) {
    return compiled.isPrefix(text);
  }

  /** Returns a random text. */
  public String text(Random random) {
    return finished(random).orElseThrow(() -> new IllegalStateException("a text without an end"));
  }

  /** Returns a random text; empty if it did not end in time, since choices do not aim at an end. */
  public Optional<String> finished(Random random) {
    return finished(random, new byte[0]);
  }

  /** Returns a random text with a given beginning; empty if it did not end in time. */
  public Optional<String> finished(Random random, byte[] beginning) {
    StateSpace space = new StateSpace(automaton);
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    text.writeBytes(beginning);
    State state = space.start();
    for (byte value : beginning) {
      state = space.next(state, value & 0xff);
    }
    while (!(state.textMayEnd() && (random.nextInt(3) == 0 || text.size() > LONG))) {
      if (text.size() > TOO_LONG) {
        return Optional.empty();
      }
      int best = -1;
      double bestScore = 0;
      boolean hurried = text.size() > LONG && random.nextInt(6) > 0;
      for (int value = 0; value < 256; value++) {
        double wish = preference(value) * (hurried ? 1 : 0.05);
        double score = random.nextDouble() + wish;
        State next = space.next(state, value);
        if (next != State.DEAD) {
          score -= hurried ? 100.0 * steps(next) : 0;
          best = best < 0 || score > bestScore ? value : best;
          bestScore = best == value ? score : bestScore;
        }
      }
      if (best < 0) {
        if (state.textMayEnd()) {
          break;
        }
        throw new IllegalStateException("nothing may follow " + text.toString(UTF_8));
      }
      text.write(best);
      state = space.next(state, best);
    }
    return Optional.of(text.toString(UTF_8));
  }

  /** Returns the minimum number of characters to the end of a state's leaves. */
  private int steps(State state) {
    int least = Integer.MAX_VALUE;
    for (State.Configuration configuration : state.configurations()) {
      boolean leaf = automaton.kind(configuration.state()) == Automaton.Kind.LEAF;
      int steps =
          leaf
              ? automaton
                  .leaf(configuration.state())
                  .dfa()
                  .stepsToEnd(Leaf.state(configuration.place()))
              : 0;
      least = Math.min(least, steps);
    }
    return state.textMayEnd() ? 0 : least;
  }

  private static double preference(int value) {
    return switch (value) {
      case '"' -> 10;
      case ']', '}' -> 8;
      case ',' -> 6;
      case 't', 'n', 'f', '0' -> 4;
      case '[', '{', '\\' -> 0;
      default -> 2;
    };
  }
}
