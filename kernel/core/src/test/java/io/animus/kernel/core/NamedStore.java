package io.animus.kernel.core;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.storage.ObjectKey;
import io.animus.api.storage.ObjectStore;
import io.animus.api.storage.SignedUrl;
import io.animus.api.tck.InMemoryObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;

/** An instance {@code memory.NAME} of a storage plugin, with objects of its own. */
final class NamedStore implements ObjectStore, Plugin, AutoCloseable {
    private final String name;
    private final InMemoryObjectStore objects;

    NamedStore(String name) {
        this.name = name;
        try {
            objects = new InMemoryObjectStore();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        objects.close();
    }

    @Override
    public PluginDescriptor descriptor() {
        return new PluginDescriptor("storage", "memory", name);
    }

    @Override
    public PluginHealth health() {
        return PluginHealth.OK;
    }

    @Override
    public void put(ObjectKey key, long size, InputStream content) throws IOException {
        objects.put(key, size, content);
    }

    @Override
    public Optional<Long> find(ObjectKey key) {
        return objects.find(key);
    }

    @Override
    public InputStream open(ObjectKey key) {
        return objects.open(key);
    }

    @Override
    public boolean delete(ObjectKey key) {
        return objects.delete(key);
    }

    @Override
    public SignedUrl signUpload(ObjectKey key, long size, Duration validity) {
        return objects.signUpload(key, size, validity);
    }

    @Override
    public SignedUrl signDownload(ObjectKey key, String fileName, Duration validity) {
        return objects.signDownload(key, fileName, validity);
    }
}
