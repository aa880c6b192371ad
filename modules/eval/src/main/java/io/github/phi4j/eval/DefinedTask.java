package io.github.phi4j.eval;

import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A task defined by a file. */
final class DefinedTask implements Task {

  private final Spec spec;
  private final List<Item> items;
  private final Scorer scorer;
  private final Pattern answerLine;

  DefinedTask(Spec spec, List<Item> items, Scorer scorer) {
    this.spec = spec;
    this.items = List.copyOf(items);
    this.scorer = scorer;
    answerLine =
        Pattern.compile(
            "(?i)(?:^|\\n)(?:"
                + String.join("|", spec.prefixes().stream().map(Pattern::quote).toList())
                + "):[ \\t]*\\S[^\\n]*\\n");
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public String version() {
    return spec.version();
  }

  @Override
  public String metric() {
    return spec.metric();
  }

  @Override
  public List<Item> items() {
    return items;
  }

  @Override
  public boolean secret() {
    return spec.secret();
  }

  @Override
  public Prompt prompt(Item item) {
    String text = filled(spec.prompt(), item);
    if (spec.raw()) {
      return Prompt.raw(text);
    }
    List<Message> messages = new ArrayList<>();
    if (!spec.system().isEmpty()) {
      messages.add(Message.system(filled(spec.system(), item)));
    }
    messages.add(Message.user(text.strip()));
    return Prompt.chat(messages);
  }

  private static String filled(String template, Item item) {
    return Template.fill(template, item.fields(), "item " + item.id());
  }

  @Override
  public GenerationOptions options(Item item) {
    return GenerationOptions.builder()
        .maxTokens(spec.maxTokens())
        .stopStrings(spec.stop().toArray(String[]::new))
        .build();
  }

  @Override
  public List<Alternative> alternatives(Item item) {
    return switch (spec.score()) {
      case "likelihood" -> {
        Prompt context = prompt(item);
        yield item.texts(Scorer.CHOICES).stream()
            .map(choice -> new Alternative(context, spec.raw() ? " " + choice.strip() : choice))
            .toList();
      }
      case "blank" -> {
        String sentence = filled(spec.prompt(), item).stripTrailing();
        int blank = sentence.indexOf('_');
        if (blank < 0) {
          throw new IllegalArgumentException(
              "item " + item.id() + ": found no blank '_' in '" + sentence + "'");
        }
        yield item.texts(Scorer.CHOICES).stream()
            .map(choice ->
                new Alternative(
                    Prompt.raw(sentence.substring(0, blank) + choice),
                    sentence.substring(blank + 1)))
            .toList();
      }
      default -> List.of();
    };
  }

  @Override
  public List<String> letters(Item item) {
    return spec.score().equals("letter") || spec.score().equals("contest")
        ? Scorer.letters(item)
        : List.of();
  }

  @Override
  public boolean settled(Item item, String text) {
    if (spec.score().equals("code")) {
      return Answers.hasClosedBlock(text, filled(spec.needed(), item));
    }
    Matcher matcher = answerLine.matcher(text);
    return spec.settle() && matcher.find();
  }

  @Override
  public Grade grade(Item item, Reply reply) {
    return scorer.grade(item, reply);
  }
}
