package io.github.phi4j.internal.text;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.internal.gguf.ElementType;
import io.github.phi4j.internal.gguf.GgufArray;
import io.github.phi4j.internal.gguf.GgufMetadata;
import io.github.phi4j.internal.gguf.GgufValue;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Detects the chat format from a file's Jinja template. Templates are recognized by texts in them
 * and never executed.
 */
final class ChatTemplate {

  private static final String KEY = "tokenizer.chat_template";
  private static final String PREAMBLE_MARK = "You are Phi, a language model trained by Microsoft";
  private static final String MATH_MARK = "AI math expert";
  private static final int MINI_VOCABULARY = 200_064;
  private static final Pattern NOT_LITERAL = Pattern.compile("\\{\\{|}}|\\{%|%}|\\\\");

  private final Optional<String> template;
  private final boolean unreadable; // there is one, but it is no text or none that is known
  private final Vocabulary vocabulary;
  private final PreTokenizer preTokenizer;
  private final Consumer<String> findings;

  private ChatTemplate(
      GgufMetadata metadata,
      Vocabulary vocabulary,
      PreTokenizer preTokenizer,
      Consumer<String> findings) {
    this.vocabulary = vocabulary;
    this.preTokenizer = preTokenizer;
    this.findings = findings;
    this.template = template(metadata);
    this.unreadable = metadata.values().containsKey(KEY) && template.isEmpty();
  }

  /** The template, or of an array of them the first that is known. */
  private Optional<String> template(GgufMetadata metadata) {
    return switch (metadata.values().get(KEY)) {
      case GgufValue.Text text -> Optional.of(text.value());
      case GgufArray array when array.type() == ElementType.STRING ->
          IntStream.range(0, array.length())
              .mapToObj(array::string)
              .filter(text -> recognise(text).isPresent())
              .findFirst();
      case null, default -> Optional.empty();
    };
  }

  /**
   * The chosen format, or else the format of the file's template.
   *
   * @throws IllegalArgumentException if the vocabulary lacks special tokens of the chosen format
   */
  static Optional<ChatRenderer> read(
      GgufMetadata metadata,
      Vocabulary vocabulary,
      PreTokenizer preTokenizer,
      Optional<ChatFormat> chosen,
      Consumer<String> findings) {
    ChatTemplate template = new ChatTemplate(metadata, vocabulary, preTokenizer, findings);
    if (chosen.isPresent()) {
      List<String> missing = template.missing(chosen.get());
      if (!missing.isEmpty()) {
        throw new IllegalArgumentException(
            "the chat format "
                + chosen.get()
                + " needs special tokens that the vocabulary of "
                + metadata.file()
                + " does not have: "
                + String.join(" ", missing));
      }
    }
    return chosen.or(template::format).map(template::renderer);
  }

  private List<String> missing(ChatFormat format) {
    return ChatRenderer.specials(format).stream()
        .filter(token -> vocabulary.special(token).isEmpty())
        .toList();
  }

  private Optional<ChatFormat> format() {
    if (unreadable) {
      Optional<ChatFormat> likely =
          Stream.of(ChatFormat.PHI4, ChatFormat.PHI4_MINI)
              .filter(format -> missing(format).isEmpty())
              .findFirst();
      findings.accept(
          "metadata key "
              + KEY
              + " is not a string: conversations "
              + likely
                  .map(format ->
                      "use the format " + format + ", whose special tokens the vocabulary has")
                  .orElse("need a chat format that is chosen explicitly"));
      return likely;
    }
    Optional<ChatFormat> format = template.flatMap(this::recognise);
    if (format.isEmpty()) {
      findings.accept(
          "metadata key "
              + KEY
              + (template.isEmpty() ? " is missing" : " is none of the Phi-4 family's")
              + ": conversations need a chat format that is chosen explicitly, plain prompts do"
              + " not");
      return format;
    }
    List<String> missing = missing(format.get());
    if (!missing.isEmpty()) {
      findings.accept(
          "metadata key "
              + KEY
              + " is that of "
              + format.get()
              + ", but the vocabulary lacks "
              + String.join(" ", missing)
              + ": there is no chat format");
      return Optional.empty();
    }
    return format;
  }

  private Optional<ChatFormat> recognise(String text) {
    if (text.contains(ChatRenderer.IM_SEP)) {
      return Optional.of(
          text.contains(PREAMBLE_MARK) ? ChatFormat.PHI4_REASONING : ChatFormat.PHI4);
    }
    boolean mini = vocabulary.size() == MINI_VOCABULARY || preTokenizer == PreTokenizer.O200K;
    if (text.contains(MATH_MARK)) {
      return Optional.of(ChatFormat.PHI4_MINI_REASONING);
    }
    return mini && text.contains(ChatRenderer.END) && text.contains(ChatRenderer.ASSISTANT)
        ? Optional.of(ChatFormat.PHI4_MINI)
        : Optional.empty();
  }

  private ChatRenderer renderer(ChatFormat format) {
    String text = template.orElse("");
    if (format == ChatFormat.PHI4
        && text.contains(ChatRenderer.IM_SEP)
        && !text.contains("add_generation_prompt")) {
      findings.accept(
          "metadata key "
              + KEY
              + " is of the first release, which always appends the assistant's header:"
              + " conversations are written as by the current one");
    }
    if (format == ChatFormat.PHI4_MINI_REASONING
        && text.contains(MATH_MARK)
        && !text.contains(ChatRenderer.MATH_EXPERT)) {
      findings.accept(
          "metadata key "
              + KEY
              + " opens with another sentence than phi-4-mini-reasoning's: conversations open with"
              + " \""
              + ChatRenderer.MATH_EXPERT
              + "\"");
    }
    String preamble = format == ChatFormat.PHI4_REASONING ? preamble(text) : ChatRenderer.PREAMBLE;
    return new ChatRenderer(format, preamble, token -> vocabulary.special(token).isPresent());
  }

  /** The preamble of the file's own template if it is a literal, for revised models. */
  private String preamble(String text) {
    int mark = text.indexOf(PREAMBLE_MARK);
    if (mark < 0) {
      return ChatRenderer.PREAMBLE; // the format was chosen explicitly, the template is of another
    }
    int separator = text.lastIndexOf(ChatRenderer.IM_SEP, mark);
    int start = separator < 0 ? mark : separator + ChatRenderer.IM_SEP.length();
    int end = text.indexOf(ChatRenderer.IM_END, mark);
    String own = end < 0 ? "" : text.substring(start, end);
    if (own.equals(ChatRenderer.PREAMBLE)) {
      return own;
    }
    boolean literal = !own.isEmpty() && !NOT_LITERAL.matcher(own).find();
    findings.accept(
        "metadata key "
            + KEY
            + " has another preamble than phi-4-reasoning's: conversations open with "
            + (literal ? "the file's" : "the original, for the file's is no plain text"));
    return literal ? own : ChatRenderer.PREAMBLE;
  }
}
