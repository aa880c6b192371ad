package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.grammar.Leaf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Writes the objects of a shape: declared members in their order, then others. A state is the place
 * among the declared members and a {@link Layer} of counters; in each, one automaton accepts the
 * names that may come next.
 */
final class ObjectPlan implements Plan {

  private static final int MAX_STATES = 200_000;
  private static final int MAX_ASKED = 6; // at-least-one conditions
  static final int FEW = 64; // names that are declared rather than counted
  private static final int MANY = 1 << 17; // names that no text uses up

  /** A possible member and the at-least-one conditions that it meets. */
  private record Option(Node value, List<Boolean> asked) {}

  /**
   * An undeclared member that may meet an at-least-one condition although another one of that name,
   * which would replace it, may not, as far as their formulas tell.
   */
  private record Replaceable(int kind, int condition, Node met, Node unmet) {
    boolean isPossible(Predicate<Node> known) {
      return known.test(met) && known.test(unmet);
    }
  }

  private final ObjectShape shape;
  private final NameKinds kinds;
  private final List<Replaceable> replaceable;
  private final List<String> declared; // in order
  private final boolean countsLeast;
  private final boolean countsTotal;
  private final boolean namesDiffer; // whether the automaton must enforce it
  private final List<Layer> layers = new ArrayList<>();
  private final Map<Layer, Integer> numbers = new HashMap<>();
  private final List<List<Option>> options = new ArrayList<>(); // by kind
  private boolean[][] possible; // by place and layer: whether the object can still be completed
  private boolean[][] goesOn; // whether another member may follow

  ObjectPlan(ObjectShape shape, Effort effort) {
    this.shape = shape;
    Set<String> names = new LinkedHashSet<>(shape.order());
    names.addAll(shape.required());
    if (shape.some().size() > MAX_ASKED) {
      throw new GrammarException("too many conditions that one of some members is present");
    }
    NameKinds found = new NameKinds(shape, List.copyOf(names), effort);
    if (names.addAll(namesToUseUp(found))) {
      found = new NameKinds(shape, List.copyOf(names), effort);
    }
    kinds = found;
    replaceable = replaceable(found);
    declared = List.copyOf(names);
    for (int kind = 0; kind <= kinds.count(); kind++) {
      options.add(kind == 0 || !kinds.isWritten(kind) ? List.of() : options(kind));
    }
    countsLeast = shape.min() > shape.required().size();
    int all = kinds.hasOthers() ? Integer.MAX_VALUE : declared.size();
    countsTotal = shape.max() < all;
    namesDiffer = countsLeast && kinds.hasOthers() && shape.min() > shape.required().size() + 1;
    findLayers();
  }

  private List<Replaceable> replaceable(NameKinds among) {
    List<Replaceable> found = new ArrayList<>();
    for (int kind = 1; kind <= among.count() && shape.max() > 1; kind++) {
      for (int k = 0; k < shape.some().size(); k++) {
        if (among.isOther(kind) && among.isWritten(kind) && among.isAsked(kind, k)) {
          Node value = among.value(kind);
          Node condition = shape.some().get(k).value();
          Node met = Node.all(value, condition);
          if (!met.equals(value)) {
            found.add(new Replaceable(kind, k, met, Node.all(value, condition.not())));
          }
        }
      }
    }
    return found;
  }

  /**
   * Returns the undeclared names that may be needed for an at-least-one condition when all of them
   * are used already. They are written like declared ones.
   */
  private Set<String> namesToUseUp(NameKinds among) {
    Set<String> names = new LinkedHashSet<>();
    for (Replaceable member : replaceable(among)) {
      if (count(among, member.kind) <= FEW) {
        names.addAll(among.names(only(member.kind)).texts());
      }
    }
    return names;
  }

  private static BitSet only(int kind) {
    BitSet only = new BitSet();
    only.set(kind);
    return only;
  }

  private static long count(NameKinds among, int kind) {
    return among.names(only(kind)).size(MANY);
  }

  /** Returns whether a text may use up all names that an at-least-one condition needs. */
  boolean usesUpNames(Predicate<Node> known) {
    return replaceable.stream()
        .anyMatch(member ->
            member.isPossible(known)
                && count(kinds, member.kind) < MANY
                && !hasManyNames(member.condition, known));
  }

  private boolean hasManyNames(int condition, Predicate<Node> known) {
    Node value = shape.some().get(condition).value();
    return IntStream.rangeClosed(1, kinds.count())
        .anyMatch(kind ->
            kinds.isOther(kind)
                && kinds.isAsked(kind, condition)
                && known.test(Node.all(kinds.value(kind), value))
                && count(kinds, kind) == MANY);
  }

  /**
   * Returns whether there are as many undeclared names, with possible values, as the minimum needs
   * beside the required members.
   */
  boolean hasEnoughNames(Predicate<Node> known) {
    if (!namesDiffer) {
      return true;
    }
    BitSet others = new BitSet();
    for (int kind = 1; kind <= kinds.count(); kind++) {
      if (kinds.isOther(kind)
          && options.get(kind).stream().anyMatch(option -> known.test(option.value))) {
        others.set(kind);
      }
    }
    int needed = shape.min() - shape.required().size();
    return others.isEmpty() || kinds.names(others).size(needed) >= needed;
  }

  private List<Option> options(int kind) {
    List<Option> all = List.of(new Option(kinds.value(kind), List.of()));
    for (int k = 0; k < shape.some().size(); k++) {
      List<Option> more = new ArrayList<>();
      for (Option option : all) {
        if (kinds.isAsked(kind, k)) {
          Node value = Node.all(option.value, shape.some().get(k).value());
          more.add(new Option(value, with(option.asked, true)));
        }
        more.add(new Option(option.value, with(option.asked, false)));
      }
      all = more;
    }
    return all.stream().filter(option -> !option.value.equals(Node.none())).toList();
  }

  private static List<Boolean> with(List<Boolean> list, boolean value) {
    List<Boolean> longer = new ArrayList<>(list);
    longer.add(value);
    return longer;
  }

  private void findLayers() {
    number(new Layer(0, 0, false, Collections.nCopies(shape.some().size(), 0)));
    for (int at = 0; at < layers.size(); at++) {
      for (int kind = 1; kind <= kinds.count(); kind++) {
        for (Option option : options.get(kind)) {
          Layer next = next(layers.get(at), kind, option);
          if (next != null) {
            number(next);
          }
        }
      }
      if ((long) layers.size() * (declared.size() + 1) > MAX_STATES) {
        throw new GrammarException("objects whose members are counted in too many ways");
      }
    }
  }

  private int number(Layer layer) {
    Integer known = numbers.get(layer);
    if (known == null) {
      known = layers.size();
      numbers.put(layer, known);
      layers.add(layer);
    }
    return known;
  }

  /** Returns the layer after one more member, or null if there are too many. */
  private Layer next(Layer layer, int kind, Option option) {
    boolean other = kinds.isOther(kind);
    int least = layer.least();
    if (countsLeast && !(other && layer.others())) { // else others might repeat a name
      least = Math.min(shape.min(), least + 1);
    }
    int total = layer.total() + (countsTotal ? 1 : 0);
    if (countsTotal && total > shape.max()) {
      return null;
    }
    List<Integer> counts = new ArrayList<>();
    for (int k = 0; k < option.asked.size(); k++) {
      counts.add(option.asked.get(k) ? 1 : layer.counts().get(k));
    }
    return new Layer(
        least, total, countsLeast && !namesDiffer && (layer.others() || other), counts);
  }

  @Override
  public Collection<Node> parts() {
    Set<Node> parts = new LinkedHashSet<>();
    options.forEach(all -> all.forEach(option -> parts.add(option.value)));
    for (Replaceable member : replaceable) {
      parts.add(member.met);
      parts.add(member.unmet);
    }
    return parts;
  }

  private boolean isRequired(int place) {
    return shape.required().contains(declared.get(place));
  }

  private boolean isComplete(Layer layer) {
    return (!countsLeast || layer.least() >= shape.min())
        && layer.counts().stream().allMatch(count -> count > 0);
  }

  private int lastRequired() {
    int place = declared.size();
    while (place > 0 && !isRequired(place - 1)) {
      place--;
    }
    return place;
  }

  @Override
  public boolean isPossible(Predicate<Node> known) {
    int places = declared.size();
    possible = new boolean[places + 1][layers.size()];
    goesOn = new boolean[places + 1][layers.size()];
    List<Layer> falling = new ArrayList<>(layers);
    falling.sort((a, b) -> b.measure() - a.measure());
    for (Layer layer : falling) {
      int number = numbers.get(layer);
      // A member that leaves the layer unchanged does not help to complete the object.
      possible[places][number] = isComplete(layer) || others(layer, known, false);
      goesOn[places][number] = others(layer, known, true);
    }
    for (int place = places - 1; place >= 0; place--) {
      int kind = kinds.ofDeclared(place);
      for (Layer layer : falling) {
        int number = numbers.get(layer);
        boolean taken = kind > 0 && leads(kind, place + 1, layer, known);
        boolean left = !isRequired(place);
        possible[place][number] = taken || (left && possible[place + 1][number]);
        goesOn[place][number] = taken || (left && goesOn[place + 1][number]);
      }
    }
    return possible[0][0];
  }

  private boolean others(Layer layer, Predicate<Node> known, boolean same) {
    int places = declared.size();
    for (int kind = 1; kind <= kinds.count(); kind++) {
      if (!kinds.isOther(kind)) {
        continue;
      }
      for (Option option : options.get(kind)) {
        Layer next = next(layer, kind, option);
        if (next != null
            && (same || !next.equals(layer))
            && possible[places][numbers.get(next)]
            && known.test(option.value)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean leads(int kind, int place, Layer layer, Predicate<Node> known) {
    for (Option option : options.get(kind)) {
      Layer next = next(layer, kind, option);
      if (next != null && possible[place][numbers.get(next)] && known.test(option.value)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the kinds of names that may come at a place. */
  private BitSet allowed(int place, Layer layer, Predicate<Node> known) {
    BitSet allowed = new BitSet();
    int at = place;
    for (; at < declared.size(); at++) {
      int kind = kinds.ofDeclared(at);
      if (kind > 0 && leads(kind, at + 1, layer, known)) {
        allowed.set(kind);
      }
      if (isRequired(at)) {
        return allowed;
      }
    }
    for (int kind = 1; kind <= kinds.count(); kind++) {
      if (kinds.isOther(kind) && leads(kind, at, layer, known)) {
        allowed.set(kind);
      }
    }
    return allowed;
  }

  @Override
  public int emit(Emitter emitter, int next) {
    isPossible(emitter::isPossible);
    return new Writing(emitter, next).start();
  }

  /** Adds the states of members, layer by layer as they are reached. */
  private final class Writing {
    private final Emitter emitter;
    private final boolean distinct; // whether names that are not declared must differ
    private final int close;
    private final int spacedClose;
    private final int[][] exits = new int[layers.size()][]; // by layer and kind
    private final Map<Long, Integer> after = new HashMap<>(); // by place and layer
    private final Deque<Integer> open = new ArrayDeque<>();
    private final int end = lastRequired();

    Writing(Emitter emitter, int next) {
      this.emitter = emitter;
      distinct =
          namesDiffer
              || replaceable.stream().anyMatch(member -> member.isPossible(emitter::isPossible))
              || (emitter.isCanonical() && kinds.hasOthers());
      close = emitter.states().text("}", next);
      spacedClose = emitter.space(close);
    }

    int start() {
      int first = member(0, 0);
      boolean ends = end == 0 && isComplete(layers.get(0));
      int start = emitter.either(first, ends ? close : -1);
      while (!open.isEmpty()) {
        fill(open.poll());
      }
      int inside = distinct ? start : emitter.space(start); // one spacing, so that texts are few
      return emitter.states().text("{", distinct ? emitter.states().open(true, inside) : inside);
    }

    /** Returns the state before a member's name, or -1 if no member may follow. */
    private int member(int place, int layer) {
      if (!goesOn[place][layer]) {
        return -1;
      }
      if (exits[layer] == null) {
        exits[layer] = new int[kinds.count() + 1];
        Arrays.fill(exits[layer], -1);
        open.add(layer);
      }
      Leaf.Form form = distinct ? Leaf.Form.CANONICAL : emitter.stringForm();
      return emitter
          .states()
          .leaf(
              () -> {
                BitSet allowed = allowed(place, layers.get(layer), emitter::isPossible);
                return new Leaf(kinds.names(allowed), form);
              },
              exits[layer]);
    }

    private int after(int place, int layer) {
      long key = (long) place << 32 | layer;
      Integer known = after.get(key);
      if (known == null) {
        known = emitter.states().reserve();
        after.put(key, known);
        int member = member(place, layer);
        boolean ends = place >= end && isComplete(layers.get(layer));
        emitter.states().define(known, member < 0 ? -1 : comma(member), ends ? spacedClose : -1);
      }
      return known;
    }

    private int comma(int member) {
      return distinct ? emitter.states().text(", ", member) : emitter.comma(member);
    }

    private void fill(int layer) {
      for (int kind = 1; kind <= kinds.count(); kind++) {
        boolean other = kinds.isOther(kind);
        int place = other ? declared.size() : kinds.place(kind) + 1;
        int start = -1;
        for (Option option : options.get(kind)) {
          Layer next = next(layers.get(layer), kind, option);
          if (next != null
              && possible[place][numbers.get(next)]
              && emitter.isPossible(option.value)) {
            int value = emitter.value(option.value, after(place, numbers.get(next)));
            int member = emitter.colon(value);
            start = emitter.either(start, distinct ? emitter.states().isNew(member) : member);
          }
        }
        exits[layer][kind] = start;
      }
    }
  }
}
