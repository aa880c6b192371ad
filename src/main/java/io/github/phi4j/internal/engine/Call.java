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
 * A running call of a session: its threads, and whether and why it is to end early. Any thread may
 * end it.
 */
final class Call implements AutoCloseable {

  private final Thread thread = Thread.currentThread();
  private final Set<Thread> helpers = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Void> whenEnded = new CompletableFuture<>();
  private final List<Runnable> undo = new ArrayList<>();
  private final Runnable wake;
  private volatile FinishReason end; // null while it goes on; written under the lock
  private boolean over; // guarded by this

  /**
   * Begins a call of this thread.
   *
   * @param wake wakes all that waits inside the call, once it is to end
   */
  Call(Runnable wake) {
    this.wake = wake;
  }

  /** Ends the call when the time is over. */
  void limit(Duration timeout, Timer timer) {
    undo.add(timer.schedule(timeout, () -> end(FinishReason.TIMEOUT)));
  }

  /** Ends the call when this is cancelled. */
  void heed(Cancellation cancellation) {
    undo.add(cancellation.onCancel(() -> end(FinishReason.CANCELLED))::close);
  }

  /** Ends the call early, unless it is ending already. */
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

  /** Why the calling thread is to stop: the end of the call or an interrupt. */
  Optional<FinishReason> ending() {
    FinishReason reason = end;
    return reason == null && Thread.currentThread().isInterrupted()
        ? Optional.of(FinishReason.CANCELLED)
        : Optional.ofNullable(reason);
  }

  /**
   * Waits for work on another thread, which goes on alone if the call ends.
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
          } catch (Throwable e) { // whatever it is belongs to the call
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
   * Runs parts of the call, each on a thread of its own, and waits for all. An interrupt, or the
   * failure of one, ends the call.
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

  /** Whether this thread runs the call or a part of it. */
  boolean servesThisThread() {
    return thread.equals(Thread.currentThread()) || helpers.contains(Thread.currentThread());
  }

  /** The name of the thread that runs it. */
  String threadName() {
    return thread.getName();
  }

  /** The call is over: nothing ends it any more. */
  @Override
  public void close() {
    synchronized (this) {
      over = true;
    }
    undo.forEach(Runnable::run);
  }
}
