package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.JsonSchemaOptions;
import io.github.phi4j.internal.grammar.Automaton;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.grammar.States;
import java.util.List;

/** The entry point for translating JSON Schemas to automata. */
public final class SchemaGrammar {

  private final Documents documents;
  private final SchemaReader reader;
  private final Problems problems;
  private final Effort effort;

  /**
   * Parses a schema.
   *
   * @throws GrammarException if it, or a document it may refer to, is not JSON
   */
  public SchemaGrammar(String schema, JsonSchemaOptions options, Effort effort) {
    documents = new Documents(schema, options.documents());
    problems = new Problems(options.lenient());
    reader = new SchemaReader(documents, options.openObjects(), problems);
    this.effort = effort;
  }

  /** Returns the keywords that are not enforced. */
  public List<String> unenforced() {
    return problems.unenforced();
  }

  /**
   * Returns the automaton of the JSON values to write. Each is valid for the schema.
   *
   * @throws GrammarException if the schema is invalid, or has a keyword that no grammar can enforce
   */
  public Automaton automaton() {
    States states = new States(SchemaGrammar::tooLarge);
    int root = states.addRule();
    Emitter emitter = emitter(states);
    states.defineRule(root, emitter.value(root(), States.END), false);
    emitter.finish();
    return states.build(root);
  }

  static GrammarException tooLarge() {
    return new GrammarException(
        "the grammar of the JSON Schema is too large: it has more states than an automaton may");
  }

  private Node root() {
    return new Node.At(reader.target(documents.root()), true);
  }

  /** Returns the emitter for the schema's values. */
  Emitter emitter(States states) {
    Emitter emitter = new Emitter(new Meanings(reader, effort), states);
    try {
      emitter.prepare(root());
    } catch (TooManyShapesException e) {
      throw SchemaProblem.at(e.pointer == null ? "" : e.pointer, e.getMessage(), "fewer");
    }
    if (!emitter.isPossible(root())) {
      throw SchemaProblem.at("", "a schema that no value is valid for", "one that some are");
    }
    return emitter;
  }

  /**
   * Adds the values of the schema, which must allow objects only, and returns their start.
   *
   * @throws GrammarException if it allows other values
   */
  int objects(States states, int next) {
    Emitter emitter = emitter(states);
    if (!emitter.isOfObjects(root())) {
      throw SchemaProblem.at(
          "/type", "a schema for more than objects", "object, and no other type");
    }
    int start = emitter.value(root(), next);
    emitter.finish();
    return start;
  }
}
