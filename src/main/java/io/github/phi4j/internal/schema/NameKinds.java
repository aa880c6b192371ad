package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.grammar.Dfa;
import io.github.phi4j.internal.grammar.Effort;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Partitions member names into kinds by the constraints on their members: one automaton accepts all
 * names that may be written and labels each with its kind. A declared name is a kind by itself;
 * other names share a kind if their members have the same constraints.
 */
final class NameKinds {

  /** The place of a declared name, or -1, and the constraint on its members. */
  private record Kind(int place, Node value, List<Boolean> asked) {}

  private final ObjectShape shape;
  private final List<String> declared;
  private final List<String> spoken; // all mentioned names
  private final List<Dfa> patterns = new ArrayList<>();
  private final List<Kind> kinds = new ArrayList<>();
  private final Map<Kind, Integer> numbers = new HashMap<>();
  private final Map<List<Integer>, Integer> known = new HashMap<>(); // by labels
  private final Dfa names;
  private final int[] ofDeclared;
  private final BitSet written = new BitSet(); // kinds that have names

  NameKinds(ObjectShape shape, List<String> declared, Effort effort) {
    this.shape = shape;
    this.declared = declared;
    Set<String> all = new LinkedHashSet<>(declared);
    shape.rules().forEach(rule -> rule.names().collect(all, patterns));
    shape.some().forEach(rule -> rule.names().collect(all, patterns));
    if (shape.closed()) {
      shape.evaluated().forEach(each -> each.collect(all, patterns));
    }
    spoken = List.copyOf(all);
    List<Dfa> parts = new ArrayList<>();
    parts.add(Dfa.ofTexts(spoken, true));
    parts.addAll(patterns);
    ofDeclared = new int[declared.size()];
    names = Dfa.product(effort, this::kind, parts.toArray(Dfa[]::new));
    for (int state = 0; state < names.states(); state++) {
      written.set(names.label(state));
    }
  }

  private int kind(int[] labels) {
    List<Integer> key = new ArrayList<>(labels.length);
    for (int label : labels) {
      key.add(label);
    }
    Integer kind = known.get(key);
    if (kind == null) {
      kind = find(labels);
      known.put(key, kind);
    }
    return kind;
  }

  private int find(int[] labels) {
    String name = labels[0] > 0 ? spoken.get(labels[0] - 1) : null;
    List<Dfa> matched = new ArrayList<>();
    for (int i = 1; i < labels.length; i++) {
      if (labels[i] > 0) {
        matched.add(patterns.get(i - 1));
      }
    }
    List<Node> values = new ArrayList<>();
    for (ObjectShape.Rule rule : shape.rules()) {
      if (rule.names().contains(name, matched)) {
        values.add(rule.value());
      }
    }
    Node value = Node.all(values);
    boolean spokenOf =
        !shape.closed()
            || (name != null && shape.required().contains(name))
            || shape.evaluated().stream().anyMatch(each -> each.contains(name, matched));
    if (value.equals(Node.none()) || !spokenOf) {
      return 0;
    }
    List<Boolean> asked =
        shape.some().stream().map(rule -> rule.names().contains(name, matched)).toList();
    int place = name == null ? -1 : declared.indexOf(name);
    Kind kind = new Kind(place, value, asked);
    Integer number = numbers.get(kind);
    if (number == null) {
      kinds.add(kind);
      number = kinds.size();
      numbers.put(kind, number);
      if (place >= 0) {
        ofDeclared[place] = number;
      }
    }
    return number;
  }

  /** Returns the number of kinds; they count from 1. */
  int count() {
    return kinds.size();
  }

  /** Returns whether undeclared names may be written. */
  boolean hasOthers() {
    return written.stream().anyMatch(kind -> kind > 0 && isOther(kind));
  }

  /** Returns whether a kind has names. */
  boolean isWritten(int kind) {
    return written.get(kind);
  }

  /** Returns the kind of a declared name, or 0 if it may not be written. */
  int ofDeclared(int place) {
    return ofDeclared[place];
  }

  boolean isOther(int kind) {
    return kinds.get(kind - 1).place < 0;
  }

  int place(int kind) {
    return kinds.get(kind - 1).place;
  }

  /** Returns the constraint on members. */
  Node value(int kind) {
    return kinds.get(kind - 1).value;
  }

  /** Returns whether members satisfy an at-least-one condition. */
  boolean isAsked(int kind, int index) {
    return kinds.get(kind - 1).asked.get(index);
  }

  /** Returns the names of some kinds. */
  Dfa names(BitSet wanted) {
    return names.only(wanted::get);
  }
}
