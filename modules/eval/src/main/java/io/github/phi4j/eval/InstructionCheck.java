package io.github.phi4j.eval;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.phi4j.eval.internal.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The 25 checks of IFEval (Zhou et al. 2023): whether a text follows an instruction. The behaviour
 * of the original is reproduced, including its bugs, for comparable numbers; only sentence
 * splitting and language detection are this package's own, where the original uses NLTK's Punkt and
 * langdetect.
 *
 * <p>Optional fixes: the nth paragraph is counted among non-blank ones, keywords are whole words
 * and not regular expressions, and a horizontal rule of dashes is not a bullet.
 */
public final class InstructionCheck {

  private static final List<String> CONSTRAINED =
      List.of("My answer is yes.", "My answer is no.", "My answer is maybe.");
  private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern HIGHLIGHT = Pattern.compile("\\*[^\\n*]*\\*");
  private static final Pattern DOUBLE_HIGHLIGHT = Pattern.compile("\\*\\*[^\\n*]*\\*\\*");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\[.*?]");
  private static final Pattern TITLE = Pattern.compile("<<[^\\n]+>>");
  private static final Pattern STARS = Pattern.compile("^\\s*\\*[^*].*$", Pattern.MULTILINE);
  private static final Pattern DASHES = Pattern.compile("^\\s*-.*$", Pattern.MULTILINE);
  private static final Pattern DASH_ITEMS =
      Pattern.compile("^\\s*-(?![- ]*$).*$", Pattern.MULTILINE);

  private final String id;
  private final Map<String, ?> arguments;
  private final boolean fixed;

  private InstructionCheck(String id, Map<String, ?> arguments, boolean fixed) {
    this.id = id;
    this.arguments = arguments;
    this.fixed = fixed;
  }

  /**
   * Creates a check.
   *
   * @param id the instruction's name in IFEval, such as {@code punctuation:no_comma}
   * @param arguments its arguments
   * @param fixed whether to fix known bugs of the original
   * @return the check
   */
  public static InstructionCheck of(String id, Map<String, ?> arguments, boolean fixed) {
    return new InstructionCheck(id, arguments, fixed);
  }

  /**
   * Returns whether a text follows the instruction, verbatim.
   *
   * @param text the text
   * @return whether it does; a blank text never does
   * @throws IllegalArgumentException if there is no such instruction, or an argument is missing
   */
  public boolean strict(String text) {
    return !text.isBlank() && check(text);
  }

  /**
   * Returns whether the text, or one of its variants without first line, last line or asterisks,
   * follows the instruction.
   *
   * @param text the text
   * @return whether one does
   * @throws IllegalArgumentException as {@link #strict}
   */
  public boolean loose(String text) {
    return variants(text).stream().anyMatch(this::strict);
  }

  private static List<String> variants(String text) {
    List<String> lines = List.of(text.split("\n", -1));
    int n = lines.size();
    List<String> variants = new ArrayList<>();
    variants.add(text);
    variants.add(join(lines, 1, n));
    variants.add(join(lines, 0, n - 1));
    variants.add(join(lines, 1, n - 1));
    List.copyOf(variants).forEach(variant -> variants.add(variant.replace("*", "")));
    return variants;
  }

  private static String join(List<String> lines, int from, int to) {
    return from >= to ? "" : String.join("\n", lines.subList(from, to)).strip();
  }

  private boolean check(String text) {
    return switch (id) {
      case "punctuation:no_comma" -> !text.contains(",");
      case "keywords:existence" ->
          texts("keywords").stream().allMatch(k -> finds(keyword(k), text));
      case "keywords:forbidden_words" ->
          texts("forbidden_words").stream()
              .noneMatch(k -> finds("\\b" + expression(k) + "\\b", text));
      case "keywords:frequency" ->
          relates(
              "relation", count(compiled(keyword(text("keyword"))), text, _ -> true), "frequency");
      case "keywords:letter_frequency" -> {
        String letter = text("letter").toLowerCase(Locale.ROOT);
        int count = text.toLowerCase(Locale.ROOT).split(Pattern.quote(letter), -1).length - 1;
        yield relates("let_relation", count, "let_frequency");
      }
      case "language:response_language" -> isLanguage(text, text("language"));
      case "length_constraints:number_sentences" ->
          relates("relation", Sentences.count(text), "num_sentences");
      case "length_constraints:number_words" ->
          relates("relation", count(WORD, text, _ -> true), "num_words");
      case "length_constraints:number_paragraphs" -> paragraphs(text);
      case "length_constraints:nth_paragraph_first_word" -> nthParagraph(text);
      case "detectable_content:number_placeholders" ->
          count(PLACEHOLDER, text, _ -> true) >= number("num_placeholders");
      case "detectable_content:postscript" -> postscript(text.toLowerCase(Locale.ROOT));
      case "detectable_format:number_bullet_lists" ->
          count(STARS, text, _ -> true) + count(fixed ? DASH_ITEMS : DASHES, text, _ -> true)
              == number("num_bullets");
      case "detectable_format:constrained_response" ->
          CONSTRAINED.stream().anyMatch(text::contains);
      case "detectable_format:number_highlighted_sections" ->
          count(HIGHLIGHT, text, span -> !span.replace("*", "").isBlank())
                  + count(DOUBLE_HIGHLIGHT, text, span -> !span.replace("*", "").isBlank())
              >= number("num_highlights");
      case "detectable_format:multiple_sections" ->
          text.split("\\s?" + Pattern.quote(text("section_spliter")) + "\\s?\\d+\\s?", -1).length
                  - 1
              >= number("num_sections");
      case "detectable_format:json_format" -> isJson(text);
      case "detectable_format:title" ->
          count(TITLE, text, title -> !title.replaceAll("^<+|>+$", "").isBlank()) > 0;
      case "combination:two_responses" -> twoResponses(text);
      case "combination:repeat_prompt" -> starts(text, text("prompt_to_repeat"));
      case "startend:end_checker" -> {
        String end = text("end_phrase").strip().toLowerCase(Locale.ROOT);
        String stripped = text.strip().replaceAll("^\"+|\"+$", "");
        yield stripped.toLowerCase(Locale.ROOT).endsWith(end);
      }
      case "startend:quotation" -> {
        String stripped = text.strip();
        yield stripped.length() > 1 && stripped.startsWith("\"") && stripped.endsWith("\"");
      }
      case "change_case:capital_word_frequency" ->
          relates("capital_relation", Sentences.capitalWords(text), "capital_frequency");
      case "change_case:english_capital" ->
          isCase(text, Character::isLowerCase, Character::isUpperCase) && isLanguage(text, "en");
      case "change_case:english_lowercase" ->
          isCase(text, Character::isUpperCase, Character::isLowerCase) && isLanguage(text, "en");
      default ->
          throw new IllegalArgumentException(
              "found the instruction '" + id + "', which is not one of IFEval's");
    };
  }

  private static boolean starts(String text, String start) {
    return text.strip().toLowerCase(Locale.ROOT).startsWith(start.strip().toLowerCase(Locale.ROOT));
  }

  private static boolean isCase(
      String text,
      java.util.function.IntPredicate forbidden,
      java.util.function.IntPredicate needed) {
    return text.codePoints().noneMatch(forbidden) && text.codePoints().anyMatch(needed);
  }

  /** A text of unknown language counts as being in the right language. */
  private static boolean isLanguage(String text, String language) {
    String found = Languages.detect(text);
    return found.isEmpty() || found.equals(language);
  }

  private boolean paragraphs(String text) {
    String[] parts = text.split("\\s?\\*\\*\\*\\s?", -1);
    int count = parts.length;
    for (int i = 0; i < parts.length; i++) {
      if (parts[i].isBlank()) {
        if (i > 0 && i < parts.length - 1) {
          return false;
        }
        count--;
      }
    }
    return count == number("num_paragraphs");
  }

  private boolean nthParagraph(String text) {
    List<String> all = List.of(text.split("\n\n", -1));
    List<String> written = all.stream().filter(p -> !p.isBlank()).toList();
    int nth = number("nth_paragraph");
    if (nth > written.size() || written.size() != number("num_paragraphs")) {
      return false;
    }
    String paragraph = (fixed ? written : all).get(nth - 1).strip();
    if (paragraph.isEmpty()) {
      return false;
    }
    String word = paragraph.split("\\s+", -1)[0].replaceAll("^'+", "").replaceAll("^\"+", "");
    String first = word.split("[.,?!'\"]", -1)[0].toLowerCase(Locale.ROOT);
    return first.equals(text("first_word").toLowerCase(Locale.ROOT));
  }

  private boolean postscript(String text) {
    String marker = text("postscript_marker");
    String pattern =
        switch (marker) {
          case "P.P.S" -> "p\\.\\s?p\\.\\s?s";
          case "P.S." -> "p\\.\\s?s\\.";
          default -> Pattern.quote(marker.toLowerCase(Locale.ROOT));
        };
    return Pattern.compile(pattern).matcher(text).find();
  }

  private static boolean isJson(String text) {
    String json =
        text.strip().replaceFirst("^```(?:json|Json|JSON)?", "").replaceFirst("```$", "").strip();
    try {
      return !json.isEmpty() && Json.read(json) != null;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private static boolean twoResponses(String text) {
    String[] parts = text.split(Pattern.quote("******"), -1);
    List<String> valid = new ArrayList<>();
    for (int i = 0; i < parts.length; i++) {
      if (!parts[i].isBlank()) {
        valid.add(parts[i].strip());
      } else if (i > 0 && i < parts.length - 1) {
        return false;
      }
    }
    return valid.size() == 2 && !valid.get(0).equals(valid.get(1));
  }

  private static int count(Pattern pattern, String text, Predicate<String> counts) {
    return (int) pattern.matcher(text).results().filter(m -> counts.test(m.group())).count();
  }

  private static boolean finds(String expression, String text) {
    return compiled(expression).matcher(text).find();
  }

  private static Pattern compiled(String expression) {
    return Pattern.compile(expression, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
  }

  private String keyword(String text) {
    return fixed
        ? "(?<![\\p{L}\\p{N}])" + Pattern.quote(text) + "(?![\\p{L}\\p{N}])"
        : expression(text);
  }

  /** The original treats keywords as regular expressions; an invalid one is taken literally. */
  private String expression(String text) {
    try {
      Pattern.compile(text);
      return fixed ? Pattern.quote(text) : text;
    } catch (PatternSyntaxException e) {
      return Pattern.quote(text);
    }
  }

  private boolean relates(String relation, int count, String argument) {
    return switch (text(relation)) {
      case "at least" -> count >= number(argument);
      case "less than" -> count < number(argument);
      default ->
          throw new IllegalArgumentException(
              id
                  + ": found the relation '"
                  + text(relation)
                  + "'; expected 'at least' or 'less than'");
    };
  }

  private String text(String argument) {
    return value(argument).toString();
  }

  private int number(String argument) {
    if (value(argument) instanceof Number number) {
      return number.intValue();
    }
    throw new IllegalArgumentException(
        id + ": found '" + value(argument) + "' for " + argument + "; expected a number");
  }

  private List<String> texts(String argument) {
    return value(argument) instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of(text(argument));
  }

  private Object value(String argument) {
    Object value = arguments.get(argument);
    if (value == null) {
      throw new IllegalArgumentException(
          id + ": found the arguments " + arguments.keySet() + "; expected " + argument);
    }
    return value;
  }
}
