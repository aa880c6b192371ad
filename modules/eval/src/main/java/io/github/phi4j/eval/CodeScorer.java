package io.github.phi4j.eval;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** Runs a reply's code with an item's tests. */
final class CodeScorer implements Scorer {

  private static final int PATIENCE = 4;

  private final Spec spec;
  private final CodeRunner runner;

  /** With more programs than processors, programs would time out. */
  private final Semaphore processors =
      new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors()));

  CodeScorer(Spec spec, CodeRunner runner) {
    this.spec = spec;
    this.runner = runner;
  }

  @Override
  public Grade grade(Item item, Reply reply) {
    String needed = Template.fill(spec.needed(), item.fields(), "item " + item.id());
    Optional<String> found = Answers.code(reply.text(), needed).or(() -> body(item, reply));
    if (found.isEmpty()) {
      return Grade.none(reply, "no code with '" + needed + "'").with("no_code", Measure.of(1));
    }
    String code = found.get();
    CodeRunner.Outcome outcome = run(runner, item, code);
    if (outcome.end() == CodeRunner.End.TIMEOUT && item.fields().containsKey(spec.key())) {
      outcome = runLonger(item, code, outcome);
    }
    String last = outcome.output().strip();
    String why = last.substring(last.lastIndexOf('\n') + 1);
    Grade.Status status =
        switch (outcome.end()) {
          case PASSED -> Grade.Status.RIGHT;
          case FAILED -> Grade.Status.WRONG;
          case TIMEOUT, CRASHED -> Grade.Status.ERROR;
        };
    boolean passed = status == Grade.Status.RIGHT;
    String end = outcome.end().name().toLowerCase(Locale.ROOT);
    return new Grade(passed ? 1 : 0, status, code, end + (passed ? "" : ": " + why), Map.of())
        .with("timeout", Measure.of(outcome.end() == CodeRunner.End.TIMEOUT ? 1 : 0))
        .with("crashed", Measure.of(outcome.end() == CodeRunner.End.CRASHED ? 1 : 0))
        .with("no_code", Measure.of(0));
  }

  /** Joins the prompt and a reply that continues its function's body. */
  private Optional<String> body(Item item, Reply reply) {
    Optional<String> code = Answers.code(reply.text(), "");
    boolean indented = code.isPresent() && code.get().matches("(?s)\\s*\\n?[ \\t]+\\S.*");
    return indented && item.fields().get("prompt") instanceof String prompt
        ? Optional.of(prompt + code.get())
        : Optional.empty();
  }

  /** A program up to four times slower than the reference does not count as an endless loop. */
  private CodeRunner.Outcome runLonger(Item item, String code, CodeRunner.Outcome outcome) {
    String reference = item.fields().getOrDefault("prompt", "") + item.text(spec.key());
    long start = System.nanoTime();
    CodeRunner.Outcome of = run(runner.withLimit(Duration.ofSeconds(60)), item, reference);
    Duration taken = Duration.ofNanos(System.nanoTime() - start).multipliedBy(PATIENCE);
    return of.end() == CodeRunner.End.PASSED && taken.toSeconds() >= PATIENCE
        ? run(runner.withLimit(taken), item, code)
        : outcome;
  }

  private CodeRunner.Outcome run(CodeRunner level, Item item, String code) {
    Map<String, Object> fields = new HashMap<>(item.fields());
    fields.put("code", code);
    for (String optional : List.of("test_setup_code", "prompt")) {
      fields.putIfAbsent(optional, "");
    }
    String program = Template.fill(spec.program(), fields, "item " + item.id());
    processors.acquireUninterruptibly();
    try {
      return level.run(program);
    } finally {
      processors.release();
    }
  }
}
