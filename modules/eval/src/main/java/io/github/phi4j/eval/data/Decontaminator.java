package io.github.phi4j.eval.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * Finds overlap between training texts and benchmarks, as in appendix B of the Phi-4 report: a
 * common 13-gram is contamination, unless it is in an allow list; otherwise, the number of common
 * 7-grams divided by the smaller number of 7-grams of text and item decides. Words are lower-case
 * runs of letters or digits.
 *
 * <p>The report's method misses items of fewer than 13 words; here, items of four words or more are
 * contamination if the text contains them as a whole. Every hash match is verified word by word.
 * Thread-safe; created by {@link #builder()}.
 */
public final class Decontaminator {

  private static final int LONG = 13;
  private static final int SHORT = 7;
  private static final int MIN_WHOLE = 4;
  private static final long PRIME = 0x100000001b3L;

  /** A benchmark item as word numbers. */
  private static final class Entry {
    private final String benchmark;
    private final int number;
    private final int[] words;
    private final int grams;

    Entry(String benchmark, int number, int[] words) {
      this.benchmark = benchmark;
      this.number = number;
      this.words = words;
      grams = words.length - SHORT + 1;
    }
  }

  /** The position of an n-gram in an item. */
  private record Place(int entry, int at) {}

  private final Map<String, Integer> vocabulary;
  private final List<String> words;
  private final List<Entry> entries;
  private final LongTable<Place> long13 = new LongTable<>();
  private final LongTable<Place> short7 = new LongTable<>();
  private final Map<Integer, LongTable<Place>> whole = new HashMap<>();
  private final LongTable<Place> allowed = new LongTable<>();
  private final List<Entry> allowedTexts;
  private final double contaminated;
  private final double info;

  private Decontaminator(Builder builder) {
    vocabulary = builder.vocabulary;
    words = builder.words;
    entries = builder.entries;
    allowedTexts = builder.allowed;
    contaminated = builder.contaminated;
    info = builder.info;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      add(long13, entry, i, LONG);
      add(short7, entry, i, SHORT);
      if (entry.words.length >= MIN_WHOLE && entry.words.length < LONG) {
        add(
            whole.computeIfAbsent(entry.words.length, _ -> new LongTable<>()),
            entry,
            i,
            entry.words.length);
      }
    }
    for (int i = 0; i < allowedTexts.size(); i++) {
      add(allowed, allowedTexts.get(i), i, LONG);
    }
  }

  private static void add(LongTable<Place> table, Entry entry, int index, int length) {
    for (int at = 0; at + length <= entry.words.length; at++) {
      table.add(hash(entry.words, at, length), new Place(index, at));
    }
  }

  private static long hash(int[] words, int at, int length) {
    long hash = length;
    for (int i = at; i < at + length; i++) {
      hash = (hash ^ words[i]) * PRIME;
      hash ^= hash >>> 29;
    }
    return hash;
  }

  /**
   * Starts without a benchmark.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Checks a text for benchmark items.
   *
   * @param text the text
   * @return the first matching 13-gram or whole item, or else the largest share of 7-grams
   */
  public Contamination check(String text) {
    int[] ids = numbers(text);
    Contamination found = firstWhole(ids);
    return found != null ? found : largestShare(ids);
  }

  private int[] numbers(String text) {
    return numbers(text, word -> vocabulary.getOrDefault(word, -1));
  }

  /** Returns the numbers of a text's words: runs of letters or digits, in lower case. */
  private static int[] numbers(String text, ToIntFunction<String> number) {
    int[] ids = new int[text.length() / 2 + 1];
    int count = 0;
    int start = -1;
    boolean digits = false;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : ' ';
      boolean word = Character.isLetterOrDigit(c) || Character.isSurrogate(c);
      boolean digit = word && Character.isDigit(c);
      if (start >= 0 && (!word || digit != digits)) {
        if (count == ids.length) {
          ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = number.applyAsInt(text.substring(start, i).toLowerCase(Locale.ROOT));
        start = -1;
      }
      if (word && start < 0) {
        start = i;
        digits = digit;
      }
    }
    return Arrays.copyOf(ids, count);
  }

  private Contamination firstWhole(int[] ids) {
    int known = 0;
    for (int end = 1; end <= ids.length; end++) {
      known = ids[end - 1] < 0 ? 0 : known + 1;
      if (known >= LONG) {
        int at = end - LONG;
        Place place = find(long13, entries, ids, at, LONG);
        if (place != null && find(allowed, allowedTexts, ids, at, LONG) == null) {
          return hit(Contamination.Rule.THIRTEEN_GRAM, place, LONG);
        }
      }
      for (Map.Entry<Integer, LongTable<Place>> table : whole.entrySet()) {
        int length = table.getKey();
        if (known >= length) {
          Place place = find(table.getValue(), entries, ids, end - length, length);
          if (place != null) {
            return hit(Contamination.Rule.WHOLE_ITEM, place, length);
          }
        }
      }
    }
    return null;
  }

  /** Returns the position of the same words, compared word by word. */
  private static Place find(
      LongTable<Place> table, List<Entry> texts, int[] ids, int at, int length) {
    for (Place place : table.get(hash(ids, at, length))) {
      int[] other = texts.get(place.entry).words;
      if (Arrays.equals(ids, at, at + length, other, place.at, place.at + length)) {
        return place;
      }
    }
    return null;
  }

  private Contamination hit(Contamination.Rule rule, Place place, int length) {
    Entry entry = entries.get(place.entry);
    return new Contamination(
        Contamination.Verdict.CONTAMINATED,
        rule,
        entry.benchmark,
        entry.number,
        text(entry.words, place.at, length),
        1);
  }

  private String text(int[] ids, int at, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = at; i < at + length; i++) {
      text.append(i == at ? "" : " ").append(words.get(ids[i]));
    }
    return text.toString();
  }

  private Contamination largestShare(int[] ids) {
    Map<Integer, Set<Long>> common = new HashMap<>();
    Map<Integer, Place> first = new HashMap<>();
    int known = 0;
    for (int end = 1; end <= ids.length; end++) {
      known = ids[end - 1] < 0 ? 0 : known + 1;
      int at = end - SHORT;
      if (known < SHORT) {
        continue;
      }
      long hash = hash(ids, at, SHORT);
      for (Place place : short7.get(hash)) {
        int[] other = entries.get(place.entry).words;
        if (Arrays.equals(ids, at, end, other, place.at, place.at + SHORT)) {
          common.computeIfAbsent(place.entry, _ -> new HashSet<>()).add(hash);
          first.putIfAbsent(place.entry, place);
        }
      }
    }
    if (common.isEmpty()) {
      return Contamination.CLEAN;
    }
    int best = -1;
    double ratio = 0;
    for (Map.Entry<Integer, Set<Long>> entry : common.entrySet()) {
      double share =
          entry.getValue().size()
              / (double) Math.min(ids.length - SHORT + 1, entries.get(entry.getKey()).grams);
      if (share > ratio || (share == ratio && entry.getKey() < best)) {
        ratio = share;
        best = entry.getKey();
      }
    }
    if (ratio <= info) {
      return Contamination.CLEAN;
    }
    Entry entry = entries.get(best);
    return new Contamination(
        ratio >= contaminated ? Contamination.Verdict.CONTAMINATED : Contamination.Verdict.PARTIAL,
        Contamination.Rule.SEVEN_GRAM_RATIO,
        entry.benchmark,
        entry.number,
        text(entry.words, first.get(best).at, SHORT),
        ratio);
  }

  /** Collects benchmarks. Not thread-safe. */
  public static final class Builder {
    private final Map<String, Integer> vocabulary = new HashMap<>();
    private final List<String> words = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();
    private final List<Entry> allowed = new ArrayList<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private double contaminated = 0.6;
    private double info = 0.3;

    private Builder() {}

    /**
     * Adds a benchmark item.
     *
     * @param benchmark the benchmark's name
     * @param text the item: the question, with the answer if that must not be trained on
     * @return this builder
     */
    public Builder item(String benchmark, String text) {
      int number = counts.merge(benchmark, 1, Integer::sum) - 1;
      entries.add(new Entry(benchmark, number, numbers(text)));
      return this;
    }

    /**
     * Adds a text whose 13-grams are ignored, such as boilerplate.
     *
     * @param text the text
     * @return this builder
     */
    public Builder allow(String text) {
      allowed.add(new Entry("allowed", allowed.size(), numbers(text)));
      return this;
    }

    /**
     * Sets the thresholds for the share of 7-grams; the report does not state its own.
     *
     * @param contaminatedFrom the share from which a text counts as contaminated; 0.6 by default
     * @param partialAbove the share above which it counts as partial; 0.3 by default
     * @return this builder
     * @throws IllegalArgumentException if they are not from 0 to 1, or in the wrong order
     */
    public Builder thresholds(double contaminatedFrom, double partialAbove) {
      if (!(partialAbove >= 0 && partialAbove <= contaminatedFrom && contaminatedFrom <= 1)) {
        throw new IllegalArgumentException(
            "the shares must be from 0 to 1, that of contamination not below the other: "
                + contaminatedFrom
                + ", "
                + partialAbove);
      }
      contaminated = contaminatedFrom;
      info = partialAbove;
      return this;
    }

    /**
     * Builds the index.
     *
     * @return the decontaminator
     */
    public Decontaminator build() {
      return new Decontaminator(this);
    }

    private int[] numbers(String text) {
      return Decontaminator.numbers(text, word -> vocabulary.computeIfAbsent(word, this::added));
    }

    private int added(String word) {
      words.add(word);
      return words.size() - 1;
    }
  }
}
