package io.github.phi4j.spark;

import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.Generator;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;

/** Adds a column to the rows of a partition, several at a time, in order. */
final class PartitionWork implements MapPartitionsFunction<Row, Row> {

  private static final long serialVersionUID = 1;

  /**
   * The window in rows per row in flight: rows finished out of order wait in it, so that a slow row
   * does not hold up the start of others.
   */
  private static final int WINDOW = 16;

  private final Phi4SparkOptions options;
  private final Work work;
  private final Progress progress;

  PartitionWork(Phi4SparkOptions options, Work work, Progress progress) {
    this.options = options;
    this.work = work;
    this.progress = progress;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    Generator generator = ExecutorModels.get(options);
    Cancellation cancellation = new Cancellation();
    TaskCompletionListener end = _ -> cancellation.cancel();
    TaskContext.get().addTaskCompletionListener(end);
    return new Window(rows, generator, cancellation);
  }

  /** The rows in flight, and the finished ones not yet taken. */
  private final class Window implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final Generator generator;
    private final Cancellation cancellation;
    private final ArrayDeque<FutureTask<Row>> held = new ArrayDeque<>();
    private final Semaphore free = new Semaphore(options.rowsInFlight());

    Window(Iterator<Row> rows, Generator generator, Cancellation cancellation) {
      this.rows = rows;
      this.generator = generator;
      this.cancellation = cancellation;
    }

    @Override
    public boolean hasNext() {
      return !held.isEmpty() || rows.hasNext();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      try {
        startAll();
        while (!held.getFirst().isDone() && mayStart()) {
          free.acquire(); // until any row is done
          start(rows.next());
          startAll();
        }
        Row row = held.removeFirst().get();
        progress.rowDone(row);
        return row;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("the task was killed", e);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }

    private boolean mayStart() {
      return held.size() < WINDOW * options.rowsInFlight() && rows.hasNext();
    }

    private void startAll() {
      while (mayStart() && free.tryAcquire()) {
        start(rows.next());
      }
    }

    private void start(Row row) {
      FutureTask<Row> task =
          new FutureTask<>(() -> {
            try {
              return with(row, work.run(generator, new Question.OfRow(options, row), cancellation));
            } finally {
              free.release();
            }
          });
      Thread.ofVirtual().name("phi4j-spark").start(task);
      held.add(task);
    }

    private static Row with(Row row, Row result) {
      Object[] values = new Object[row.size() + 1];
      for (int i = 0; i < row.size(); i++) {
        values[i] = row.get(i);
      }
      values[row.size()] = result;
      return RowFactory.create(values);
    }
  }
}
