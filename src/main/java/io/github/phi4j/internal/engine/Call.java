package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.FinishReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * A running call of a session: its threads, and the reason if it was ended early. Any thread may
 * end it.
 */
final class Call implements AutoCloseable {

  private final Thread thread = Thread.currentThread();
  private final Set<Thread> helpers = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Void> whenEnded = new CompletableFuture<>();
  private final List<Runnable> undo = new ArrayList<>();
  private final Runnable wake;
  private volatile FinishReason end; // null while it runs; written under the lock
  private boolean over; // guarded by this

  /**
   * Begins a call on the current thread.
   *
   * @param wake wakes the waiting threads of the call when it is ended
   */
  Call(Runnable wake) {
    this.wake = wake;
  }

  /** Ends the call after a timeout. */
  void limit(Duration timeout, Timer timer) {
    undo.add(timer.schedule(timeout, () -> end(FinishReason.TIMEOUT)));
  }

  /** Ends the call on cancellation. */
  void cancelOn(Cancellation cancellation) {
    undo.add(cancellation.onCancel(() -> end(FinishReason.CANCELLED))::close);
  }

  /** Ends the call early; the first reason counts. */
  synchronized void end(FinishReason reason) {
    if (end == null && !over) {
      end = reason;
      whenEnded.complete(null);
      wake.run();
    }
  }

  /** Whether the call was ended. */
  boolean ended() {
    return end != null;
  }

  /**
   * The reason for the current thread to stop, if any: the call was ended or the thread
   * interrupted.
   */
  Optional<FinishReason> ending() {
    FinishReason reason = end;
    return reason == null && Thread.currentThread().isInterrupted()
        ? Optional.of(FinishReason.CANCELLED)
        : Optional.ofNullable(reason);
  }

  /**
   * Returns unless the call was ended.
   *
   * @throws CancellationException if it was
   */
  void requireRunning() {
    if (ended()) {
      throw new CancellationException("the call was cancelled");
    }
  }

  /**
   * Waits for work on another thread, which is abandoned if the call is ended.
   *
   * @throws CancellationException if the call is ended or this thread interrupted
   */
  <T> T await(Supplier<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("phi4j-compiler")
        .start(() -> {
          try {
            result.complete(work.get());
          } catch (Throwable e) { // any failure is the call's
            result.completeExceptionally(e);
          }
        });
    try {
      CompletableFuture.anyOf(result, whenEnded).get();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    }
    if (!result.isDone()) {
      throw new CancellationException("the call was cancelled");
    }
    return result.join();
  }

  private static RuntimeException rethrown(Throwable failure) {
    return switch (failure) {
      case Error e -> throw e;
      case RuntimeException e -> e;
      default -> new CompletionException(failure);
    };
  }

  /**
   * Runs parts of the call on a thread each and waits for all. An interrupt or a failure ends the
   * call.
   */
  <T> List<T> sideBySide(List<Supplier<T>> parts) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> running = new ArrayList<>();
      parts.forEach(part -> running.add(threads.submit(() -> assist(part))));
      return results(running);
    }
  }

  private <T> T assist(Supplier<T> part) {
    helpers.add(Thread.currentThread());
    try {
      return part.get();
    } finally {
      helpers.remove(Thread.currentThread());
    }
  }

  private <T> List<T> results(List<Future<T>> running) {
    List<T> results = new ArrayList<>();
    Throwable failure = null;
    boolean interrupted = false;
    for (int i = 0; i < running.size(); ) {
      try {
        results.add(running.get(i).get());
        i++;
      } catch (InterruptedException _) {
        interrupted = true;
        end(FinishReason.CANCELLED);
      } catch (ExecutionException e) {
        failure = failure == null ? e.getCause() : failure;
        i++;
        end(FinishReason.CANCELLED);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw rethrown(failure);
    }
    return results;
  }

  /** Whether the current thread runs the call or a part of it. */
  boolean servesThisThread() {
    return thread.equals(Thread.currentThread()) || helpers.contains(Thread.currentThread());
  }

  /** The name of the thread that runs it. */
  String threadName() {
    return thread.getName();
  }

  /** Finishes the call, which can no longer be ended early. */
  @Override
  public void close() {
    synchronized (this) {
      over = true;
    }
    undo.forEach(Runnable::run);
  }
}
