package io.github.phi4j.spark;

import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.ModelException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Adds a column to the rows of a partition, some of them at a time, in their order. What fails for
 * a row is a value of its column; a model that cannot be used fails the task.
 */
final class PartitionWork implements MapPartitionsFunction<Row, Row> {

  private static final long serialVersionUID = 1;

  private final Phi4SparkOptions options;
  private final RowWork work;
  private final int fields;
  private final Progress progress;

  /**
   * Creates the work.
   *
   * @param fields how many fields the column has, with the error
   */
  PartitionWork(Phi4SparkOptions options, RowWork work, int fields, Progress progress) {
    this.options = options;
    this.work = work;
    this.fields = fields;
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

  /** The rows under way. */
  private final class Window implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final Generator generator;
    private final Cancellation cancellation;
    private final ArrayDeque<FutureTask<Row>> running = new ArrayDeque<>();

    Window(Iterator<Row> rows, Generator generator, Cancellation cancellation) {
      this.rows = rows;
      this.generator = generator;
      this.cancellation = cancellation;
    }

    @Override
    public boolean hasNext() {
      return !running.isEmpty() || rows.hasNext();
    }

    @Override
    public Row next() {
      while (running.size() < options.rowsInFlight() && rows.hasNext()) {
        Row row = rows.next();
        FutureTask<Row> task = new FutureTask<>(() -> complete(row));
        Thread.ofVirtual().name("phi4j-spark").start(task);
        running.add(task);
      }
      if (running.isEmpty()) {
        throw new NoSuchElementException();
      }
      try {
        Row row = running.remove().get();
        progress.rowDone(row);
        return row;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("the task was killed", e);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }

    private Row complete(Row row) {
      Object[] added;
      try {
        added = Arrays.copyOf(work.run(generator, row, cancellation), fields);
      } catch (ModelException e) {
        throw e; // of no row in particular
      } catch (RuntimeException | OutOfMemoryError e) {
        added = new Object[fields];
        added[fields - 1] = e.getClass().getSimpleName() + ": " + e.getMessage();
      }
      Object[] values = new Object[row.size() + 1];
      for (int i = 0; i < row.size(); i++) {
        values[i] = row.get(i);
      }
      values[row.size()] = RowFactory.create(added);
      return RowFactory.create(values);
    }
  }
}
