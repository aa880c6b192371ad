package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Values valid for exactly one of some schemas: each branch minus all others that may overlap it.
 * The constraints around {@code oneOf} determine which branches overlap, but are not part of the
 * result.
 */
final class OneOf {

  private final List<Node> branches;
  private final List<Values> context;
  private final Meanings meanings;
  private final List<Map<String, Set<Json>>> constants = new ArrayList<>();
  private final List<List<Values>> inContext = new ArrayList<>();

  OneOf(List<Node> branches, List<Values> context, Meanings meanings) {
    this.branches = branches;
    this.context = context;
    this.meanings = meanings;
    for (Node branch : branches) {
      constants.add(constants(branch));
      inContext.add(meanings.and(context, meanings.of(branch)));
    }
  }

  List<Values> values() {
    List<Values> either = List.of();
    for (int i = 0; i < branches.size(); i++) {
      List<Values> only = meanings.of(branches.get(i));
      for (int j = 0; j < branches.size() && !only.isEmpty(); j++) {
        if (i != j && !areDisjoint(i, j)) {
          only = possible(meanings.and(only, meanings.of(branches.get(j).not())));
        }
      }
      either = meanings.or(either, only);
    }
    return either;
  }

  private boolean areDisjoint(int i, int j) {
    for (Map.Entry<String, Set<Json>> member : constants.get(i).entrySet()) {
      Set<Json> others = constants.get(j).get(member.getKey());
      if (others != null && others.stream().noneMatch(member.getValue()::contains)) {
        return true;
      }
    }
    return meanings.isEmpty(meanings.and(inContext.get(i), meanings.of(branches.get(j).checked())));
  }

  /** Drops shapes that are evidently empty under the constraints around {@code oneOf}. */
  private List<Values> possible(List<Values> all) {
    return all.stream()
        .map(values ->
            values
                .withObjects(values.objects().stream().filter(this::isPossible).toList())
                .withArrays(
                    values.arrays().stream().filter(shape -> !meanings.isEmpty(shape)).toList()))
        .filter(values -> !values.isEmpty())
        .toList();
  }

  private boolean isPossible(ObjectShape shape) {
    return !meanings.isEmpty(shape)
        && context.stream()
            .flatMap(values -> values.objects().stream())
            .anyMatch(other -> !meanings.isEmpty(shape.and(other)));
  }

  /**
   * Returns the required members with finitely many values, if the schema is for objects only. They
   * are compared first, since most branches differ in one of them.
   */
  private Map<String, Set<Json>> constants(Node branch) {
    List<Values> all = meanings.of(branch);
    Map<String, Set<Json>> found = new HashMap<>();
    if (all.size() != 1 || all.getFirst().objects().size() != 1) {
      return found;
    }
    Values values = all.getFirst();
    ObjectShape shape = values.objects().getFirst();
    if (!values.withObjects(List.of()).isEmpty()) {
      return found;
    }
    for (String name : shape.required()) {
      if (shape.member(name) instanceof Node.At at) {
        if (at.location().get("const") != null) {
          found.put(name, Set.of(at.location().get("const")));
        } else if (at.location().get("enum") instanceof Json.Elements listed) {
          found.put(name, new HashSet<>(listed.list()));
        }
      }
    }
    return found;
  }
}
