package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.JsonSchemaOptions;
import io.github.phi4j.internal.grammar.Automaton;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.grammar.States;
import java.util.List;

/** The door to the translation of JSON Schemas into automata. */
public final class SchemaGrammar {

  private final Documents documents;
  private final SchemaReader reader;
  private final Problems problems;
  private final Effort effort;

  /**
   * Reads a schema.
   *
   * @throws GrammarException if it, or a document that it may refer to, is no JSON
   */
  public SchemaGrammar(String schema, JsonSchemaOptions options, Effort effort) {
    documents = new Documents(schema, options.documents());
    problems = new Problems(options.lenient());
    reader = new SchemaReader(documents, options.openObjects(), problems);
    this.effort = effort;
  }

  /** What is not enforced. */
  public List<String> unenforced() {
    return problems.unenforced();
  }

  /**
   * The automaton of the JSON values that are written for the schema. Each is valid for it.
   *
   * @throws GrammarException if the schema is none, or says what no grammar can promise
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

  /** What writes the values of the schema. */
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
   * The start of a value of the schema, which must be of objects alone.
   *
   * @throws GrammarException if it is not
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
