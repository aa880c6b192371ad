package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Writes the arrays of a shape. A state is the number of elements so far, as far as it matters, and
 * a count per {@code contains} condition.
 */
final class ArrayPlan implements Plan {

  private static final int MAX_STATES = 100_000;

  /** The maximum length to write, even if the schema allows longer arrays. */
  private static final int LONGEST = 20_000;

  /** A possible element, and the {@code contains} conditions that it meets. */
  private record Option(Node value, List<Boolean> counted) {}

  private final ArrayShape shape;
  private final int most; // the maximum number of elements
  private final int places; // element counts to distinguish
  private final List<Layer> layers = new ArrayList<>();
  private final Map<Layer, Integer> numbers = new HashMap<>();
  private final Map<Node, List<Option>> options = new LinkedHashMap<>();
  private boolean[][] possible; // by place and layer: whether the array can still be completed

  ArrayPlan(ArrayShape shape, ToLongFunction<Node> size) {
    this.shape = shape;
    int longest = shape.max();
    if (shape.closed() && shape.evaluated() < ArrayShape.UNBOUNDED) {
      longest = Math.min(longest, Math.max(shape.evaluated(), shape.min()));
    }
    if (shape.unique()) {
      longest = (int) Math.min(longest, shape.prefix().size() + size.applyAsLong(shape.items()));
    }
    most =
        longest == ArrayShape.UNBOUNDED
            ? longest
            : Math.min(longest, Math.max(LONGEST, shape.min()));
    int differing = Math.max(shape.prefix().size(), shape.min());
    for (ArrayShape.Contained contained : shape.contains()) {
      differing = Math.max(differing, contained.from());
    }
    places = most == ArrayShape.UNBOUNDED ? differing : most;
    findLayers();
    for (int i = 0; i <= Math.min(shape.prefix().size(), places); i++) {
      options.computeIfAbsent(shape.element(i), this::options);
    }
  }

  private void findLayers() {
    number(new Layer(0, 0, false, shape.contains().stream().map(_ -> 0).toList()));
    for (int at = 0; at < layers.size(); at++) {
      for (int k = 0; k < shape.contains().size(); k++) {
        List<Boolean> counted = new ArrayList<>();
        for (int i = 0; i < shape.contains().size(); i++) {
          counted.add(i == k);
        }
        Layer next = next(layers.get(at), counted);
        if (next != null) {
          number(next);
        }
      }
      if ((long) layers.size() * (places + 1) > MAX_STATES) {
        throw new GrammarException("arrays whose elements are counted in too many ways");
      }
    }
  }

  private int number(Layer layer) {
    return numbers.computeIfAbsent(
        layer,
        _ -> {
          layers.add(layer);
          return layers.size() - 1;
        });
  }

  /** Returns the layer after one more element, or null if a count would exceed its maximum. */
  private Layer next(Layer layer, List<Boolean> counted) {
    List<Integer> counts = new ArrayList<>();
    for (int k = 0; k < counted.size(); k++) {
      ArrayShape.Contained contained = shape.contains().get(k);
      int count = layer.counts().get(k) + (counted.get(k) ? 1 : 0);
      if (count > contained.max()) {
        return null;
      }
      boolean bounded = contained.max() < ArrayShape.UNBOUNDED;
      counts.add(bounded ? count : Math.min(count, contained.min()));
    }
    return new Layer(0, 0, false, counts);
  }

  /** Returns the possible elements: each combination of met and unmet conditions. */
  private List<Option> options(Node element) {
    List<Option> all = List.of(new Option(element, List.of()));
    for (ArrayShape.Contained contained : shape.contains()) {
      List<Option> more = new ArrayList<>();
      for (Option option : all) {
        more.add(new Option(Node.all(option.value, contained.value()), with(option.counted, true)));
        Node other =
            contained.max() < ArrayShape.UNBOUNDED
                ? Node.all(option.value, contained.value().not())
                : option.value;
        more.add(new Option(other, with(option.counted, false)));
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

  private List<Boolean> counted(Option option, int place) {
    List<Boolean> counted = new ArrayList<>();
    for (int k = 0; k < option.counted.size(); k++) {
      counted.add(option.counted.get(k) && place >= shape.contains().get(k).from());
    }
    return counted;
  }

  @Override
  public Collection<Node> parts() {
    Set<Node> parts = new LinkedHashSet<>();
    options.values().forEach(all -> all.forEach(option -> parts.add(option.value)));
    return parts;
  }

  private boolean mayEnd(int place, Layer layer) {
    for (int k = 0; k < layer.counts().size(); k++) {
      if (layer.counts().get(k) < shape.contains().get(k).min()) {
        return false;
      }
    }
    return place >= shape.min();
  }

  @Override
  public boolean isPossible(Predicate<Node> known) {
    possible = new boolean[places + 1][layers.size()];
    List<Layer> falling = new ArrayList<>(layers);
    falling.sort((a, b) -> b.measure() - a.measure());
    for (int place = places; place >= 0; place--) {
      for (Layer layer : falling) {
        possible[place][numbers.get(layer)] =
            mayEnd(place, layer) || !ways(place, layer, known).isEmpty();
      }
    }
    return possible[0][0];
  }

  /** A possible next element and the place and layer after it. */
  private record Way(Node value, int place, int layer) {}

  private List<Way> ways(int place, Layer layer, Predicate<Node> known) {
    if (place >= most) {
      return List.of();
    }
    int next = Math.min(place + 1, places);
    List<Way> ways = new ArrayList<>();
    for (Option option : options.get(shape.element(Math.min(place, shape.prefix().size())))) {
      Layer then = next(layer, counted(option, place));
      if (then != null && possible[next][numbers.get(then)] && known.test(option.value)) {
        ways.add(new Way(option.value, next, numbers.get(then)));
      }
    }
    return ways;
  }

  @Override
  public int emit(Emitter emitter, int next) {
    isPossible(emitter::isPossible);
    int[][] after = new int[places + 1][layers.size()];
    for (int place = 0; place <= places; place++) {
      for (int layer = 0; layer < layers.size(); layer++) {
        after[place][layer] = emitter.states().reserve();
      }
    }
    int close = emitter.states().text("]", next);
    int spacedClose = emitter.space(close);
    int start = -1;
    for (int place = places; place >= 0; place--) {
      for (Layer layer : layers) {
        int number = numbers.get(layer);
        int item = -1;
        for (Way way : ways(place, layer, emitter::isPossible)) {
          item = emitter.either(item, element(emitter, way.value, after[way.place][way.layer]));
        }
        int end = mayEnd(place, layer) ? spacedClose : -1;
        int more = item < 0 ? -1 : emitter.comma(item);
        emitter.states().define(after[place][number], more, end);
        if (place == 0 && number == 0) {
          start = emitter.either(item, mayEnd(0, layer) ? close : -1);
        }
      }
    }
    int inside = emitter.space(start);
    return emitter.states().text("[", mustDiffer() ? emitter.states().open(false, inside) : inside);
  }

  private boolean mustDiffer() {
    return shape.unique() && most > 1;
  }

  private int element(Emitter emitter, Node value, int next) {
    return mustDiffer()
        ? emitter.canonicalValue(value, emitter.states().isNew(next))
        : emitter.value(value, next);
  }
}
