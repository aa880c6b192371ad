package io.github.phi4j.eval.pivotal;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Session;
import io.github.phi4j.eval.Grade;
import io.github.phi4j.eval.Item;
import io.github.phi4j.eval.Replies;
import io.github.phi4j.eval.Reply;
import io.github.phi4j.eval.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** A model's answers to one question of a task. */
final class GeneratorPaths implements Paths {

  private final Generator model;
  private final Task task;
  private final Item item;
  private final float temperature;
  private final float topP;
  private final int[] prompt;
  private final AtomicLong generated = new AtomicLong();

  GeneratorPaths(Generator model, Task task, Item item, float temperature, float topP) {
    this.model = model;
    this.task = task;
    this.item = item;
    this.temperature = temperature;
    this.topP = topP;
    prompt = model.tokenizer().encode(task.prompt(item), task.options(item));
  }

  int[] prompt() {
    return prompt.clone();
  }

  @Override
  public boolean isEnd(int token) {
    return Arrays.stream(model.tokenizer().stopTokens()).anyMatch(stop -> stop == token);
  }

  @Override
  public String text(int token) {
    return model.tokenizer().text(token);
  }

  @Override
  public List<Distribution> along(int[] tokens) {
    List<Distribution> distributions = new ArrayList<>();
    Sampling sampling = Sampling.builder().temperature(temperature).topP(topP).build();
    try (Session session = model.newSession()) {
      session.feed(prompt);
      distributions.add(Distribution.of(session.distribution(sampling)));
      for (int token : tokens) {
        session.feed(token);
        distributions.add(Distribution.of(session.distribution(sampling)));
      }
    }
    return distributions;
  }

  @Override
  public List<Path> rollOut(int[] beginning, int count, long seed) {
    int[] all = IntStream.concat(Arrays.stream(prompt), Arrays.stream(beginning)).toArray();
    GenerationOptions asked = task.options(item);
    int maxTokens = asked.maxTokens() - beginning.length;
    String start = model.tokenizer().decode(beginning);
    if (maxTokens <= 0) {
      return java.util.Collections.nCopies(
          count, new Path(boxed(beginning), isRight(start, FinishReason.MAX_TOKENS), false));
    }
    Sampling sampling = Sampling.builder().temperature(temperature).topP(topP).seed(seed).build();
    GenerationOptions options = asked.toBuilder().maxTokens(maxTokens).sampling(sampling).build();
    List<Completion> completions =
        Replies.generate(
            model, Prompt.tokens(all), options, count, text -> task.settled(item, start + text));
    List<Path> paths = new ArrayList<>();
    for (Completion completion : completions) {
      generated.addAndGet(completion.usage().completionTokens());
      int[] tokens =
          IntStream.concat(Arrays.stream(beginning), Arrays.stream(completion.tokens())).toArray();
      FinishReason reason = completion.finishReason();
      paths.add(
          new Path(
              boxed(tokens),
              isRight(model.tokenizer().decode(tokens), reason),
              reason == FinishReason.STOP));
    }
    return paths;
  }

  private static List<Integer> boxed(int[] tokens) {
    return Arrays.stream(tokens).boxed().toList();
  }

  @Override
  public boolean isRight(int[] tokens) {
    return isRight(model.tokenizer().decode(tokens), FinishReason.STOP);
  }

  private boolean isRight(String text, FinishReason reason) {
    Reply reply = new Reply(text, reason, 0, List.of(), List.of(), "");
    return task.grade(item, reply).status() == Grade.Status.RIGHT;
  }

  @Override
  public long generated() {
    return generated.get();
  }
}
