package io.github.phi4j.eval;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Grades replies to the items of a defined task. */
@FunctionalInterface
interface Scorer {

  Grade grade(Item item, Reply reply);

  /** The field for an item's key, added by loading. */
  String KEY = "$key";

  /** The field for an item's choices in the order shown, added by loading. */
  String CHOICES = "$choices";

  /** The allowed values of {@code score} in a task file. */
  List<String> NAMES =
      List.of(
          "number",
          "math",
          "letter",
          "text",
          "f1",
          "contest",
          "likelihood",
          "blank",
          "code",
          "instructions",
          "verdict",
          "grade");

  /** Returns the scorer of a task file. */
  static Scorer of(Spec spec, TaskOptions options) {
    return switch (spec.score()) {
      case "number" -> (item, reply) -> number(spec, item, reply);
      case "math" -> (item, reply) -> math(spec, options.judge(), item, reply);
      case "letter" -> (item, reply) -> letter(spec, item, reply);
      case "text" -> (item, reply) -> text(spec, item, reply);
      case "f1" -> (item, reply) -> bagOfWords(spec, item, reply);
      case "contest" -> (item, reply) -> contest(spec, item, reply);
      case "likelihood", "blank" -> Scorer::likelihood;
      case "code" -> new CodeScorer(spec, options.codeRunner().orElseThrow());
      case "instructions" -> new InstructionScorer(options.fixed());
      case "verdict" -> (item, reply) -> verdict(spec, judge(spec, options), item, reply);
      case "grade" -> (item, reply) -> graded(spec, judge(spec, options), item, reply);
      default ->
          throw new IllegalArgumentException(
              "found the score '" + spec.score() + "'; expected one of " + NAMES);
    };
  }

  private static Judge judge(Spec spec, TaskOptions options) {
    return options
        .judge()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "task "
                    + spec.name()
                    + " needs a judge: --judge MODEL, or"
                    + " TaskOptions.judge"));
  }

  private static Grade number(Spec spec, Item item, Reply reply) {
    Optional<String> answer = Answers.number(reply.text(), spec.prefixes(), reply.cutOff());
    if (answer.isEmpty()) {
      return Grade.none(reply, "no number");
    }
    String key = Answers.canonicalNumber(item.text(KEY));
    boolean right = answer.get().equals(key);
    return Grade.of(right, answer.get(), right ? "equals the key" : "the key is " + key);
  }

  private static Grade math(Spec spec, Optional<Judge> judge, Item item, Reply reply) {
    Optional<String> answer = Answers.marked(reply.text(), spec.prefixes());
    if (answer.isEmpty() || answer.get().isEmpty()) {
      return Grade.none(reply, "no answer is marked");
    }
    String key = item.text(KEY);
    if (MathEquality.equal(answer.get(), key)) {
      return Grade.of(true, answer.get(), "equal");
    }
    if (judge.isEmpty()) {
      return Grade.of(false, answer.get(), "not equal to the key " + key);
    }
    double yes =
        judge
            .get()
            .yes(
                "Do these two mathematical answers mean the same? Answer Yes or No only.\n\n"
                    + "Answer 1: "
                    + key
                    + "\nAnswer 2: "
                    + answer.get());
    return Grade.of(
        yes > 0.5, answer.get(), "the judge's probability of equality is " + rounded(yes));
  }

  private static Grade letter(Spec spec, Item item, Reply reply) {
    List<String> letters = letters(item);
    Optional<String> answer = chosenLetter(spec, item, reply);
    if (answer.isEmpty()) {
      return Grade.none(reply, "no letter");
    }
    String key = item.text(KEY);
    Grade grade = Grade.of(answer.get().equals(key), answer.get(), "the key is " + key);
    if (reply.probabilities().isEmpty()) {
      return grade;
    }
    double probability = reply.probabilities().get(letters.indexOf(key));
    return new Grade(
        Math.clamp(probability, 0, 1),
        grade.status(),
        answer.get(),
        "the key is " + key + ", of probability " + rounded(probability),
        Map.of("sampled_acc", Measure.of(grade.score())));
  }

  private static Optional<String> chosenLetter(Spec spec, Item item, Reply reply) {
    return Answers.letter(reply.text(), spec.prefixes(), letters(item))
        .or(() -> Optional.of(reply.chosen()).filter(letter -> !letter.isEmpty()));
  }

  /** Returns the letters of an item's choices, from A. */
  static List<String> letters(Item item) {
    int n = item.texts(CHOICES).size();
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        .substring(0, Math.min(26, n))
        .chars()
        .mapToObj(Character::toString)
        .toList();
  }

  private static Grade text(Spec spec, Item item, Reply reply) {
    String answer = Answers.marked(reply.text(), spec.prefixes()).orElse(reply.text().strip());
    if (answer.isEmpty()) {
      return Grade.none(reply, "no text");
    }
    boolean right = item.texts(KEY).stream().anyMatch(key -> normal(key).equals(normal(answer)));
    return Grade.of(right, answer, "the key is " + item.text(KEY));
  }

  private static Grade bagOfWords(Spec spec, Item item, Reply reply) {
    Optional<String> marked = Answers.marked(reply.text(), spec.prefixes());
    if (marked.isEmpty() && (reply.cutOff() || reply.text().isBlank())) {
      return Grade.none(reply, "no answer is marked")
          .with("em", Measure.of(0))
          .with("contains", Measure.of(0));
    }
    String answer = normal(marked.orElse(reply.text()));
    List<String> keys = item.texts(KEY);
    double best = keys.stream().mapToDouble(key -> f1(normal(key), answer)).max().orElse(0);
    boolean exact = keys.stream().anyMatch(key -> normal(key).equals(answer));
    boolean contains =
        keys.stream().anyMatch(key -> (" " + answer + " ").contains(" " + normal(key) + " "));
    return new Grade(
            best,
            best == 1 ? Grade.Status.RIGHT : Grade.Status.WRONG,
            answer,
            "bag of words against " + String.join(" | ", keys),
            Map.of())
        .with("em", Measure.of(exact ? 1 : 0))
        .with("contains", Measure.of(contains ? 1 : 0));
  }

  /** Normalizes a text: lower case, no articles or punctuation, numbers by value. */
  static String normal(String text) {
    return Pattern.compile("[^\\s]+")
        .matcher(text.toLowerCase(Locale.ROOT).replace('-', ' '))
        .results()
        .map(word -> {
          String trimmed = word.group().replaceAll("^[^\\p{L}\\p{N}.]+|[^\\p{L}\\p{N}]+$", "");
          return MathEquality.rational(trimmed.replace(",", ""))
              .map(MathEquality.Rational::toString)
              .orElseGet(() -> trimmed.replaceAll("[^\\p{L}\\p{N}]", ""));
        })
        .filter(word -> !word.isEmpty() && !List.of("a", "an", "the").contains(word))
        .collect(Collectors.joining(" "));
  }

  private static double f1(String key, String answer) {
    Map<String, Integer> rest = new HashMap<>();
    String[] keyWords = key.split(" ");
    String[] words = answer.split(" ");
    for (String word : keyWords) {
      rest.merge(word, 1, Integer::sum);
    }
    int common = 0;
    for (String word : words) {
      if (rest.merge(word, -1, Integer::sum) >= 0) {
        common++;
      }
    }
    boolean missesNumber =
        Pattern.compile("\\d").matcher(key).find()
            && java.util.Arrays.stream(keyWords)
                .filter(word -> word.matches("-?[\\d.]+"))
                .noneMatch(java.util.Arrays.asList(words)::contains)
            && java.util.Arrays.stream(keyWords).anyMatch(word -> word.matches("-?[\\d.]+"));
    return missesNumber ? 0 : 2.0 * common / (keyWords.length + words.length);
  }

  /**
   * Grades by contest rules: 6 for the right letter, 1.5 for a blank, 0 for a wrong one; a boxed
   * right value counts as right.
   */
  private static Grade contest(Spec spec, Item item, Reply reply) {
    double tests = Math.max(1, item.texts("tests").size());
    String key = item.text(KEY);
    Optional<String> letter = chosenLetter(spec, item, reply);
    Optional<String> marked = Answers.marked(reply.text(), spec.prefixes());
    boolean blank =
        marked.map(text -> text.toLowerCase(Locale.ROOT).contains("blank")).orElse(false);
    if (letter.isEmpty() && !blank) {
      letter = marked.flatMap(value -> letterOfValue(item, value));
    }
    Grade grade =
        letter.isPresent() && !blank
            ? Grade.of(letter.get().equals(key), letter.get(), "the key is " + key)
            : Grade.none(reply, blank ? "left blank" : "no letter, which counts as blank");
    double points =
        grade.status() == Grade.Status.RIGHT ? 6 : letter.isPresent() && !blank ? 0 : 1.5;
    return grade.with("points", new Measure(25 * points, tests));
  }

  private static Optional<String> letterOfValue(Item item, String value) {
    List<String> choices = item.texts(CHOICES);
    for (int i = 0; i < choices.size(); i++) {
      if (MathEquality.equal(choices.get(i), value)) {
        return Optional.of(letters(item).get(i));
      }
    }
    return Optional.empty();
  }

  private static Grade likelihood(Item item, Reply reply) {
    List<Reply.Likelihood> all = reply.likelihoods();
    int key = Integer.parseInt(item.text(KEY));
    int best = 0;
    int bestByByte = 0;
    for (int i = 1; i < all.size(); i++) {
      best = all.get(i).logProb() > all.get(best).logProb() ? i : best;
      bestByByte = perByte(all.get(i)) > perByte(all.get(bestByByte)) ? i : bestByByte;
    }
    return Grade.of(best == key, item.texts(CHOICES).get(best), "number " + key + " is the key")
        .with("acc_norm", Measure.of(bestByByte == key ? 1 : 0));
  }

  private static double perByte(Reply.Likelihood likelihood) {
    return likelihood.logProb() / Math.max(1, likelihood.bytes());
  }

  /** Grades as correct, incorrect or not attempted, by a judge (SimpleQA). */
  private static Grade verdict(Spec spec, Judge judge, Item item, Reply reply) {
    Map<String, Double> verdicts = judge.verdicts(question(spec, item, reply), spec.verdicts());
    double correct = verdicts.get(spec.verdicts().get(0));
    double incorrect = verdicts.get(spec.verdicts().get(1));
    double attempted = correct + incorrect;
    Grade.Status status =
        attempted < 0.5
            ? Grade.Status.UNANSWERED
            : correct >= incorrect ? Grade.Status.RIGHT : Grade.Status.WRONG;
    return new Grade(
            Math.clamp(correct, 0, 1),
            status,
            reply.text().strip(),
            "the judge says " + verdicts,
            Map.of())
        .with("incorrect", Measure.of(incorrect))
        .with("not_attempted", Measure.of(1 - attempted))
        .with(
            "accuracy_given_attempted",
            new Measure(attempted == 0 ? 0 : correct / attempted, attempted))
        .with("f1", new Measure(2 * correct / (1 + attempted), 1 + attempted));
  }

  /** Grades on a scale, by a judge; for defects, by the share of grades at or above a severity. */
  private static Grade graded(Spec spec, Judge judge, Item item, Reply reply) {
    int low = spec.scale().get(0);
    int high = spec.scale().get(1);
    List<String> grades =
        java.util.stream.IntStream.rangeClosed(low, high).mapToObj(String::valueOf).toList();
    Map<String, Double> verdicts = judge.verdicts(question(spec, item, reply), grades);
    double expected = 0;
    for (Map.Entry<String, Double> entry : verdicts.entrySet()) {
      expected += Integer.parseInt(entry.getKey()) * entry.getValue();
    }
    double share = Math.clamp((expected - low) / (high - low), 0, 1);
    double score = spec.defects().isEmpty() ? share : 1 - share;
    Grade grade =
        new Grade(
            score,
            score >= 0.5 ? Grade.Status.RIGHT : Grade.Status.WRONG,
            rounded(expected),
            "the judge's grade from " + low + " to " + high,
            Map.of("grade", Measure.of(expected)));
    for (int defect : spec.defects()) {
      double rate =
          verdicts.entrySet().stream()
              .filter(entry -> Integer.parseInt(entry.getKey()) >= defect)
              .mapToDouble(Map.Entry::getValue)
              .sum();
      grade = grade.with("dr-" + defect, Measure.of(rate));
    }
    return grade;
  }

  private static String question(Spec spec, Item item, Reply reply) {
    Map<String, Object> fields = new HashMap<>(item.fields());
    fields.put("reply", reply.text().strip());
    return Template.fill(spec.judge(), fields, "item " + item.id());
  }

  private static String rounded(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
