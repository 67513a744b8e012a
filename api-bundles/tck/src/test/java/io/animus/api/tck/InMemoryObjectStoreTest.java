package io.animus.api.tck;

import io.animus.api.storage.ObjectStore;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class InMemoryObjectStoreTest implements ObjectStoreContract {
    private InMemoryObjectStore store;

    @BeforeEach
    void open() throws IOException {
        store = new InMemoryObjectStore();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    public ObjectStore store() {
        return store;
    }
}
