package io.github.phi4j.internal.grammar;

import io.github.phi4j.internal.grammar.Frame.Return;
import io.github.phi4j.internal.grammar.State.Configuration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The deterministic automaton over {@link State states}, built lazily by the subset construction
 * with graph-structured stacks. States are cached up to a limit, then all dropped at once.
 *
 * <p>At each position of the text a rule gets one frame for all callers, and each state of the
 * automaton runs once per frame. So a state has at most (states × rules × bytes so far)
 * configurations, however ambiguous the grammar; usual grammars have few. Tail calls return to the
 * caller's frame, so lists need no stack. Not thread-safe.
 */
final class StateSpace {

  /**
   * The maximum number of parses of a text to follow, plus one for each state of the automaton.
   * Each parse can be completed, so beyond the limit a very ambiguous grammar loses continuations,
   * never the text so far.
   */
  private static final int MAX_WAYS = 1 << 12;

  /** The cache limit, roughly in references: at most a third of the bytes. */
  private static final int MAX_KEPT = 1 << 22;

  private record Key(Set<Configuration> configurations, boolean textMayEnd) {}

  private final Automaton automaton;
  private final Map<Key, State> states = new HashMap<>();
  private final Map<Set<Return>, Frame> frames = new HashMap<>();
  private int kept;

  // The state under construction.
  private final Set<Configuration> reached = new HashSet<>();
  private final Deque<Configuration> open = new ArrayDeque<>();
  private final Set<Configuration> waiting = new LinkedHashSet<>();
  private final List<Set<Return>> calls = new ArrayList<>(); // returns by rule
  private boolean textMayEnd;
  private Memory memory;
  private int opened; // 1 if a list of distinct elements was opened, 2 if of distinct names

  StateSpace(Automaton automaton) {
    this.automaton = automaton;
    for (int i = 0; i < automaton.rules(); i++) {
      calls.add(new LinkedHashSet<>());
    }
    forget();
  }

  Automaton automaton() {
    return automaton;
  }

  /** Returns whether the grammar names tokens. */
  boolean namesTokens() {
    return automaton.namesTokens();
  }

  /** Returns the state of the empty text. */
  State start() {
    calls.get(automaton.root()).addAll(Set.of(Frame.BOTTOM.returns()));
    textMayEnd = automaton.isNullable(automaton.root());
    return finish();
  }

  /** Returns the state after one more byte. */
  State next(State state, int value) {
    int byteClass = automaton.byteClass(value);
    State[] known = state.next;
    if (known != null && known[byteClass] != null) {
      return known[byteClass];
    }
    return compute(state, byteClass);
  }

  private State compute(State state, int byteClass) {
    State next = step(state, byteClass);
    if (isDoubtful(next) && !goesOn(next)) {
      next = State.DEAD;
    }
    remember(state, byteClass, next);
    return next;
  }

  /** Computes the state after one more byte, which may lead to repetitions alone. */
  private State step(State state, int byteClass) {
    int value = automaton.representative(byteClass);
    memory = state.memory() == null ? null : state.memory().after(value);
    for (Configuration configuration : state.configurations()) {
      int at = configuration.state();
      if (automaton.kind(at) == Automaton.Kind.BYTES) {
        int target = automaton.next(at, value);
        if (target >= 0) {
          reach(target, configuration.frame());
        }
      } else if (automaton.kind(at) == Automaton.Kind.LEAF) {
        within(at, automaton.leaf(at).next(configuration.place(), value), configuration.frame());
      }
    }
    return finish();
  }

  private void remember(State state, int byteClass, State next) {
    if (state != State.DEAD) { // shared by all state spaces
      if (state.next == null) {
        state.next = new State[automaton.byteClasses()];
        kept += state.next.length;
      }
      state.next[byteClass] = next;
    }
  }

  /** Returns whether a state may lead to repetitions of earlier parts alone. */
  private static boolean isDoubtful(State state) {
    return state.memory() != null && state.memory().isLikeBefore();
  }

  /** A state on the path of {@link #goesOn}, and the first byte class that was not tried. */
  private static final class Step {
    final State state;
    int byteClass;

    Step(State state) {
      this.state = state;
    }
  }

  /** A state before a part, except for the white space on the way to it. */
  private record Beginning(Key state, List<String> parts) {}

  /**
   * Returns whether a state leads to more than repetitions of earlier parts. Searches depth-first
   * along such repetitions only, past the same beginning of a part once.
   */
  private boolean goesOn(State start) {
    Deque<Step> path = new ArrayDeque<>();
    Set<Beginning> seen = new HashSet<>();
    path.push(new Step(start));
    while (!path.isEmpty()) {
      Step last = path.peek();
      if (last.state.textMayEnd()) {
        return keep(path);
      }
      if (last.byteClass == automaton.byteClasses()) {
        path.pop();
        if (!path.isEmpty()) {
          remember(path.peek().state, path.peek().byteClass - 1, State.DEAD);
        }
        continue;
      }
      int byteClass = last.byteClass++;
      boolean known = last.state.next != null && last.state.next[byteClass] != null;
      State next = known ? last.state.next[byteClass] : step(last.state, byteClass);
      if (next == State.DEAD || known || !isDoubtful(next)) {
        remember(last.state, byteClass, next);
        if (next != State.DEAD) {
          return keep(path);
        }
      } else if (isFirst(next, seen)) {
        path.push(new Step(next));
      } else {
        remember(last.state, byteClass, State.DEAD);
      }
    }
    return false;
  }

  private static boolean isFirst(State state, Set<Beginning> seen) {
    return state
        .memory()
        .beginning()
        .map(parts -> {
          Key key = new Key(Set.of(state.configurations()), state.textMayEnd());
          return seen.add(new Beginning(key, parts));
        })
        .orElse(true);
  }

  /** Remembers the states of a path that goes on. */
  private boolean keep(Deque<Step> path) {
    State after = path.pop().state;
    for (Step step : path) {
      remember(step.state, step.byteClass - 1, after);
      after = step.state;
    }
    return true;
  }

  /** Returns the state without its memory, as if parts need not differ. */
  State forgetful(State state) {
    return state.memory() == null ? state : only(state, state.textMayEnd(), _ -> true);
  }

  /** Adds a place in a leaf, and the exit if a text may end there. */
  private void within(int state, long place, Frame frame) {
    if (place == Leaf.DEAD) {
      return;
    }
    Leaf leaf = automaton.leaf(state);
    if (!leaf.isClosed(place)) {
      waiting.add(new Configuration(state, place, frame));
    }
    int label = leaf.label(place);
    if (label > 0) {
      reach(automaton.exit(state, label), frame);
    }
  }

  /** Returns the state after a leaf's text with a label. */
  State behind(Configuration configuration, int label) {
    reach(automaton.exit(configuration.state(), label), configuration.frame());
    return finish();
  }

  /** Returns the state with only some configurations. */
  State only(State state, Predicate<Configuration> wanted) {
    return only(state, false, wanted);
  }

  private State only(State state, boolean mayEnd, Predicate<Configuration> wanted) {
    textMayEnd = mayEnd;
    for (Configuration configuration : state.configurations()) {
      if (wanted.test(configuration)) {
        waiting.add(configuration);
      }
    }
    return finish();
  }

  /** Returns the state after one more token, matched by id only. */
  State nextByToken(State state, int token) {
    for (Configuration configuration : state.configurations()) {
      if (takes(configuration.state(), token)) {
        reach(automaton.second(configuration.state()), configuration.frame());
      }
    }
    return finish();
  }

  private boolean takes(int state, int token) {
    return switch (automaton.kind(state)) {
      case TOKEN -> automaton.first(state) == token;
      case OTHER_TOKEN -> automaton.first(state) != token;
      default -> false;
    };
  }

  /** Returns the union of two states. */
  State union(State one, State other) {
    if (one == State.DEAD || other == State.DEAD) {
      return one == State.DEAD ? other : one;
    }
    waiting.addAll(List.of(one.configurations()));
    waiting.addAll(List.of(other.configurations()));
    textMayEnd = one.textMayEnd() || other.textMayEnd();
    return finish();
  }

  /** Returns the state of the configurations in one frame, with that frame as the bottom. */
  State above(State state, Frame frame) {
    for (Configuration configuration : state.configurations()) {
      if (configuration.frame() == frame) {
        waiting.add(new Configuration(configuration.state(), configuration.place(), Frame.BOTTOM));
      }
    }
    return finish();
  }

  /** Returns the state after a return from a frame, except for the end of the text. */
  State below(Frame frame) {
    for (Return to : frame.returns()) {
      if (!to.endsText()) {
        reach(to.state(), to.frame());
      }
    }
    return finish();
  }

  private void reach(int state, Frame frame) {
    if (state < 0) {
      return; // a path that does not exist
    }
    Configuration configuration = new Configuration(state, 0, frame);
    if (reached.add(configuration)) {
      open.push(configuration);
    }
  }

  /** Computes the closure over states that consume nothing, and makes a state of it. */
  private State finish() {
    try {
      drain(false);
      // Callers come before callees, so all calls of a rule are known at its turn.
      for (int rule = 0; rule < calls.size(); rule++) {
        Set<Return> returns = calls.get(rule);
        if (!returns.isEmpty()) {
          Frame frame = frame(returns);
          returns.clear();
          reach(automaton.start(rule), frame);
          drain(true);
        }
      }
      return waiting.isEmpty() && !textMayEnd ? State.DEAD : intern();
    } finally {
      reached.clear();
      open.clear();
      waiting.clear();
      textMayEnd = false;
      memory = null;
      opened = 0;
      if (kept > MAX_KEPT) {
        forget();
      }
    }
  }

  /**
   * Follows the pending configurations.
   *
   * @param atStart whether their rules have just begun; immediate returns are then handled already
   */
  private void drain(boolean atStart) {
    while (!open.isEmpty()) {
      Configuration configuration = open.pop();
      int state = configuration.state();
      Frame frame = configuration.frame();
      switch (automaton.kind(state)) {
        case END -> {
          if (!atStart) {
            leave(frame);
          }
        }
        case SPLIT -> {
          reach(automaton.first(state), frame);
          reach(automaton.second(state), frame);
        }
        case CALL, CALL_NON_EMPTY -> {
          int rule = automaton.first(state);
          int after = automaton.second(state);
          if (after == Automaton.END) {
            calls.get(rule).addAll(List.of(frame.returns()));
          } else {
            calls.get(rule).add(new Return(after, frame));
          }
          if (automaton.kind(state) == Automaton.Kind.CALL && automaton.isNullable(rule)) {
            reach(after, frame);
          }
        }
        case OPEN -> {
          opened = 1 + automaton.first(state);
          reach(automaton.second(state), frame);
        }
        case NEW -> {
          if (memory == null || memory.isNew()) {
            reach(automaton.second(state), frame);
          }
        }
        case LEAF -> within(state, automaton.leaf(state).start(), frame);
        case BYTES, TOKEN, OTHER_TOKEN -> waiting.add(configuration);
      }
    }
  }

  private void leave(Frame frame) {
    for (Return to : frame.returns()) {
      if (to.endsText()) {
        textMayEnd = true;
      } else {
        reach(to.state(), to.frame());
      }
    }
  }

  private Frame frame(Set<Return> returns) {
    limit(returns);
    Set<Return> content = Set.copyOf(returns);
    Frame known = frames.get(content);
    if (known == null) {
      known = new Frame(returns);
      frames.put(content, known);
      kept += 8 + 8 * content.size();
    }
    return known;
  }

  private void limit(Set<?> ways) {
    int most = MAX_WAYS + automaton.states();
    if (ways.size() > most) {
      Iterator<?> each = ways.iterator(); // in the order in which they were found
      for (int i = 0; each.hasNext(); i++) {
        each.next();
        if (i >= most) {
          each.remove();
        }
      }
    }
  }

  private State intern() {
    limit(waiting);
    if (opened > 0) {
      memory = Memory.open(memory, opened == 2);
    }
    if (memory != null) {
      return new State(waiting, textMayEnd, memory);
    }
    Key key = new Key(Set.copyOf(waiting), textMayEnd);
    State known = states.get(key);
    if (known == null) {
      known = new State(waiting, textMayEnd, null);
      states.put(key, known);
      kept += 16 + 8 * key.configurations.size();
    }
    return known;
  }

  /**
   * Clears the caches. States and frames in use stay valid, but lose their identity with equal
   * later ones.
   */
  private void forget() {
    states.values().forEach(state -> state.next = null);
    states.clear();
    frames.clear();
    frames.put(Set.of(Frame.BOTTOM.returns()), Frame.BOTTOM);
    kept = 0;
  }
}
