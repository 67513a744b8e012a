package io.animus.plugin.scm.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/**
 * Bare copies of repositories in one folder, filled on demand; the longest unused go when they are too large together.
 * What is in a copy was reachable from a branch or a tag when it was fetched, so holding a commit proves that it is one of
 * the repository. The folder belongs to one instance in one process, and may be removed while that is stopped.
 *
 * <p>Safe for use by many threads: one fetches per repository, any number read meanwhile.
 */
final class MirrorCache {
    private static final int STRIPES = 128;
    private static final int USERS = 1 << 20;
    private static final int MAX_PACKS = 200;
    private static final String DRAFT = ".draft";

    private final Path folder;
    private final long maxBytes;
    private final GitRemote remote;
    private final Clock clock;
    private final Semaphore[] fetching = stripes(1);
    private final Semaphore[] uses = stripes(USERS);

    MirrorCache(Path folder, long maxBytes, GitRemote remote, Clock clock) {
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.remote = remote;
        this.clock = clock;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("the cache folder can't be made", e);
        }
    }

    /** Where conversations that bring no objects may look for files that don't exist. */
    Path folder() {
        return folder;
    }

    /** A copy that holds {@code commit}, fetched if need be; empty if the repository has no such commit. */
    Optional<Mirror> find(URI repository, CommitSha commit) {
        try {
            var name = Digest.of(repository.toString().getBytes(UTF_8)).hex();
            var held = held(name, commit);
            return held.isPresent() ? held : fetch(repository, name, commit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw GitFailure.unavailable(repository, "was cut off at the deadline", e);
        } catch (IOException e) {
            throw GitFailure.unavailable(repository, "can't be kept in the cache folder", e);
        }
    }

    /** Forgets a copy that turned out to be damaged, unless somebody still uses it. */
    void drop(URI repository) {
        removeUnlessUsed(Digest.of(repository.toString().getBytes(UTF_8)).hex());
    }

    private Optional<Mirror> fetch(URI repository, String name, CommitSha commit)
            throws IOException, InterruptedException {
        var turn = stripe(fetching, name);
        turn.acquire();
        try {
            var fetchedMeanwhile = held(name, commit);
            if (fetchedMeanwhile.isPresent()) {
                return fetchedMeanwhile;
            }
            if (packs(name) > MAX_PACKS) {
                removeUnlessUsed(name);
            }
            var hadCopy = Files.exists(folder.resolve(name));
            // An old copy also holds what was pushed away by force since then.
            if (!fill(repository, name) && !(hadCopy && fill(repository, name))) {
                throw GitFailure.rejected(repository, "is larger than repository_max_bytes");
            }
            evictAllBut(name);
            return held(name, commit);
        } finally {
            turn.release();
        }
    }

    /** Whether the repository fits into its copy; one that is too large or damaged does not stay. */
    private boolean fill(URI repository, String name) throws IOException, InterruptedException {
        var stays = Files.exists(folder.resolve(name));
        if (!stays) {
            create(name);
        }
        try (var mirror = open(name)) {
            var fits = remote.fetch(repository, mirror.repository());
            stays = fits && mirror.isWhole();
            if (fits && !stays) {
                throw GitFailure.unavailable(repository, "had a damaged copy in the cache, which was dropped", null);
            }
            return fits;
        } finally {
            if (!stays) {
                removeUnlessUsed(name);
            }
        }
    }

    private Optional<Mirror> held(String name, CommitSha commit) throws IOException, InterruptedException {
        if (!Files.exists(folder.resolve(name))) {
            return Optional.empty();
        }
        var mirror = open(name);
        if (mirror.contains(commit)) {
            return Optional.of(mirror);
        }
        mirror.close();
        return Optional.empty();
    }

    // Readers don't take turns with the fetcher, so they must never see half a copy.
    private void create(String name) throws IOException {
        var draft = folder.resolve(name + DRAFT);
        MirrorFolder.delete(draft);
        Mirror.create(draft);
        Files.move(draft, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private Mirror open(String name) throws IOException, InterruptedException {
        var place = folder.resolve(name);
        var permits = stripe(uses, name);
        permits.acquire();
        try {
            var mirror = new Mirror(place, permits);
            Files.setLastModifiedTime(place, FileTime.from(clock.instant()));
            return mirror;
        } catch (IOException e) {
            permits.release();
            throw e;
        }
    }

    private void evictAllBut(String fresh) throws IOException {
        try (var entries = Files.list(folder)) {
            var oldest = entries.filter(entry -> !entry.toString().endsWith(DRAFT))
                    .sorted(Comparator.comparing(MirrorCache::lastUsed))
                    .toList();
            var size = MirrorFolder.size(folder);
            for (var mirror : oldest) {
                if (size <= maxBytes) {
                    return;
                }
                var name = mirror.getFileName().toString();
                var freed = MirrorFolder.size(mirror);
                if (!name.equals(fresh) && removeUnlessUsed(name)) {
                    size -= freed;
                }
            }
        }
    }

    // Never waits: whoever holds the copy may be waiting for us.
    private boolean removeUnlessUsed(String name) {
        var permits = stripe(uses, name);
        if (!permits.tryAcquire(USERS)) {
            return false;
        }
        try {
            MirrorFolder.delete(folder.resolve(name));
            return true;
        } finally {
            permits.release(USERS);
        }
    }

    private long packs(String name) throws IOException {
        var packs = folder.resolve(name).resolve("objects").resolve("pack");
        if (!Files.isDirectory(packs)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(packs)) {
            return files.filter(file -> file.toString().endsWith(".pack")).count();
        }
    }

    private static FileTime lastUsed(Path mirror) {
        try {
            return Files.getLastModifiedTime(mirror);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }

    // Two repositories may share a stripe and then wait for one another; one lock each would be kept for ever.
    private static Semaphore stripe(Semaphore[] stripes, String name) {
        return stripes[Math.floorMod(name.hashCode(), STRIPES)];
    }

    private static Semaphore[] stripes(int permits) {
        return Stream.generate(() -> new Semaphore(permits, true))
                .limit(STRIPES)
                .toArray(Semaphore[]::new);
    }
}
