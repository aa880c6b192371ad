package io.github.phi4j.internal.grammar;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Finds the groups of rules each of which may begin with any other of its group, and so with
 * itself: the strongly connected components of "may begin with", by Tarjan's algorithm without
 * recursion.
 */
final class LeftRecursion {

  private record Visit(String rule, Iterator<String> rest) {}

  private final Map<String, ? extends Collection<String>> starts;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Map<String, Integer> lowest = new HashMap<>();
  private final Deque<String> open = new ArrayDeque<>();
  private final Set<String> isOpen = new HashSet<>();
  private final Map<String, Set<String>> groups = new HashMap<>();

  private LeftRecursion(Map<String, ? extends Collection<String>> starts) {
    this.starts = starts;
  }

  /**
   * Returns the group of each left-recursive rule.
   *
   * @param starts the rules that each rule may begin with
   */
  static Map<String, Set<String>> groups(Map<String, ? extends Collection<String>> starts) {
    LeftRecursion search = new LeftRecursion(starts);
    starts.keySet().forEach(search::visit);
    return search.groups;
  }

  private void visit(String first) {
    Deque<Visit> path = new ArrayDeque<>();
    enter(first, path);
    while (!path.isEmpty()) {
      Visit at = path.peek();
      if (at.rest.hasNext()) {
        String next = at.rest.next();
        if (!numbers.containsKey(next)) {
          enter(next, path);
        } else if (isOpen.contains(next)) {
          lowest.merge(at.rule, numbers.get(next), Math::min);
        }
      } else {
        path.pop();
        if (!path.isEmpty()) {
          lowest.merge(path.peek().rule, lowest.get(at.rule), Math::min);
        }
        if (lowest.get(at.rule).equals(numbers.get(at.rule))) {
          close(at.rule);
        }
      }
    }
  }

  private void enter(String rule, Deque<Visit> path) {
    if (numbers.putIfAbsent(rule, numbers.size()) == null) {
      lowest.put(rule, numbers.get(rule));
      open.push(rule);
      isOpen.add(rule);
      path.push(new Visit(rule, starts.get(rule).iterator()));
    }
  }

  private void close(String rule) {
    Set<String> group = new LinkedHashSet<>();
    String member;
    do {
      member = open.pop();
      isOpen.remove(member);
      group.add(member);
    } while (!member.equals(rule));
    if (group.size() > 1 || starts.get(rule).contains(rule)) {
      group.forEach(each -> groups.put(each, group));
    }
  }
}
