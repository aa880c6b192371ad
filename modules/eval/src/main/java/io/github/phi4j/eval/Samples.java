package io.github.phi4j.eval;

import io.github.phi4j.eval.data.RunLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The samples of an evaluation so far, in memory and on disk. Thread-safe. */
final class Samples implements AutoCloseable {
  private record Key(String item, int run) {}

  private final Task task;
  private final Map<String, Integer> numbers;
  private final Map<Key, Sample> all = new ConcurrentHashMap<>();
  private final Optional<RunLog> log;

  Samples(Task task, Optional<RunFolder> run) {
    this.task = task;
    numbers = RunFolder.numbers(task);
    log = run.map(files -> files.log(task));
    log.ifPresent(file ->
        run.get().samples(file, task).forEach(s -> all.put(new Key(s.item().id(), s.run()), s)));
  }

  /** Returns the missing runs of a unit: the whole unit, or single runs. */
  List<Runs> missing(Runs runs) {
    List<Runs> missing = new ArrayList<>();
    for (int run = runs.first(); run < runs.first() + runs.count(); run++) {
      if (!all.containsKey(new Key(runs.item().id(), run))) {
        missing.add(new Runs(runs.item(), run, 1));
      }
    }
    return missing.size() == runs.count() ? List.of(runs) : missing;
  }

  /** Adds samples, forces them to disk, and returns their number. */
  int add(List<Sample> samples) {
    for (Sample sample : samples) {
      log.ifPresent(file -> file.append(sample.toRecord(task, numbers.get(sample.item().id()))));
      all.put(new Key(sample.item().id(), sample.run()), sample);
    }
    log.ifPresent(RunLog::force);
    return samples.size();
  }

  int size() {
    return all.size();
  }

  List<Sample> all() {
    return List.copyOf(all.values());
  }

  List<Sample> of(List<Runs> units) {
    List<Sample> samples = new ArrayList<>();
    for (Runs runs : units) {
      for (int i = 0; i < runs.count(); i++) {
        samples.add(all.get(new Key(runs.item().id(), runs.first() + i)));
      }
    }
    return samples;
  }

  @Override
  public void close() {
    log.ifPresent(RunLog::close);
  }
}
