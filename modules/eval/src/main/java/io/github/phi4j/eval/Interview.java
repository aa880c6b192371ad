package io.github.phi4j.eval;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.phi4j.api.Choice;
import io.github.phi4j.api.Completer;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Puts questions to a model and grades its replies. Thread-safe. */
final class Interview {

  private static final String NONE = "none";

  private final Completer model;
  private final Task task;
  private final long seed;
  private final float temperature;
  private final float topP;
  private final Set<Exact> exact;

  Interview(
      Completer model, Task task, long seed, float temperature, float topP, Set<Exact> exact) {
    this.model = model;
    this.task = task;
    this.seed = seed;
    this.temperature = temperature;
    this.topP = topP;
    this.exact = exact;
  }

  List<Sample> ask(Runs runs) {
    Item item = runs.item();
    if (!task.alternatives(item).isEmpty()) {
      return List.of(graded(item, 0, 0, compare(item)));
    }
    long base = Seeds.of(seed, item.id()) + runs.first();
    Sampling sampling = Sampling.builder().temperature(temperature).topP(topP).seed(base).build();
    boolean letters = !task.letters(item).isEmpty() && exact.contains(Exact.LETTERS);
    GenerationOptions.Builder builder = task.options(item).toBuilder().sampling(sampling);
    if (letters && model instanceof Generator) {
      builder.samplingProbs(LetterProbabilities.CANDIDATES);
    }
    GenerationOptions options = builder.build();
    List<Sample> samples = new ArrayList<>();
    try {
      List<Completion> completions =
          Replies.generate(
              model, task.prompt(item), options, runs.count(), text -> task.settled(item, text));
      for (int i = 0; i < completions.size(); i++) {
        Completion completion = completions.get(i);
        List<Double> probabilities =
            letters && model instanceof Generator generator
                ? LetterProbabilities.of(
                    completion, generator.tokenizer(), task.letters(item), task, item)
                : List.of();
        Reply reply = Replies.reply(completion, probabilities);
        samples.add(graded(item, runs.first() + i, base + i, asked(item, reply)));
      }
      return samples;
    } catch (IllegalArgumentException e) {
      // The prompt is too long or the item invalid; the others can still be asked.
      Reply none = new Reply("", FinishReason.CANCELLED, 0, List.of(), List.of(), "");
      Grade grade = new Grade(0, Grade.Status.ERROR, "", String.valueOf(e.getMessage()), Map.of());
      for (int i = 0; i < runs.count(); i++) {
        samples.add(new Sample(item, "", runs.first() + i, base + i, none, grade));
      }
      return samples;
    }
  }

  private Sample graded(Item item, int run, long ownSeed, Reply reply) {
    return new Sample(
        item, RunFolder.promptText(task, item), run, ownSeed, reply, task.grade(item, reply));
  }

  /** Asks for the letter if a reply to a multiple-choice question has none. */
  private Reply asked(Item item, Reply reply) {
    List<String> letters = task.letters(item);
    if (letters.isEmpty()
        || !exact.contains(Exact.EXTRACTION)
        || reply.cutOff()
        || task.grade(item, reply).status() != Grade.Status.UNANSWERED
        || !(task.prompt(item) instanceof Prompt.Chat chat)) {
      return reply;
    }
    List<Message> messages = Replies.answered(chat, reply.text());
    messages.add(
        Message.user(
            "Which of "
                + String.join(", ", letters)
                + " is your answer? Reply with the letter"
                + " alone, or with none."));
    List<String> alternatives = new ArrayList<>(letters);
    alternatives.add(NONE);
    String best =
        model.choose(Prompt.chat(messages), alternatives).stream()
            .max(Comparator.comparingDouble(Choice::logProb))
            .orElseThrow()
            .text();
    return best.equals(NONE)
        ? reply
        : new Reply(reply.text(), reply.finishReason(), reply.tokens(), List.of(), List.of(), best);
  }

  private Reply compare(Item item) {
    List<Task.Alternative> alternatives = task.alternatives(item);
    Map<Prompt, List<String>> byContext = new LinkedHashMap<>();
    alternatives.forEach(
        a -> byContext.computeIfAbsent(a.context(), _ -> new ArrayList<>()).add(a.text()));
    Map<Task.Alternative, Choice> choices = new HashMap<>();
    byContext.forEach((context, texts) ->
        model
            .choose(context, texts.stream().distinct().toList())
            .forEach(choice -> choices.put(new Task.Alternative(context, choice.text()), choice)));
    List<Reply.Likelihood> likelihoods =
        alternatives.stream()
            .map(a ->
                new Reply.Likelihood(choices.get(a).logProb(), a.text().getBytes(UTF_8).length))
            .toList();
    int tokens = choices.values().stream().mapToInt(choice -> choice.tokens().size()).sum();
    return new Reply("", FinishReason.STOP, tokens, likelihoods, List.of(), "");
  }
}
