package io.github.phi4j.langchain4j.docs;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.rag.content.retriever.EmbeddingStoreContentRetriever;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import io.github.phi4j.langchain4j.Phi4ChatModel;
import io.github.phi4j.langchain4j.Phi4EmbeddingModel;
import java.nio.file.Path;
import java.util.List;

/** Answers from notes: one model retrieves and reads them. */
public final class RagExample {

  interface Librarian {
    String answer(String question);
  }

  private RagExample() {}

  /** Takes the model's file. */
  public static void main(String[] args) {
    try (Generator phi4 = Phi4.load(Path.of(args[0]))) {
      Phi4EmbeddingModel embeddings = Phi4EmbeddingModel.builder().generator(phi4).build();
      InMemoryEmbeddingStore<TextSegment> notes = new InMemoryEmbeddingStore<>();
      List<TextSegment> segments =
          List.of(
              TextSegment.from("The cellar door sticks; lift it while turning the key."),
              TextSegment.from("Tom feeds the cat at seven in the evening."),
              TextSegment.from("The boiler was last serviced in May."));
      notes.addAll(embeddings.embedAll(segments).content(), segments);

      Librarian librarian =
          AiServices.builder(Librarian.class)
              .chatModel(Phi4ChatModel.builder().generator(phi4).maxOutputTokens(100).build())
              .contentRetriever(
                  EmbeddingStoreContentRetriever.builder()
                      .embeddingStore(notes)
                      .embeddingModel(embeddings)
                      .maxResults(2)
                      .build())
              .build();
      System.out.println(librarian.answer("Who feeds the cat?"));
    }
  }
}
