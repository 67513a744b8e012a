package io.animus.plugin.scm.git;

import io.animus.api.types.CommitSha;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;

/** A local copy of a repository, kept from removal until it is closed. For one thread. */
final class Mirror implements AutoCloseable {
    private final Repository repository;
    private final Semaphore uses;

    /** @param uses one permit of it is held and given back at the end */
    Mirror(Path folder, Semaphore uses) throws IOException {
        this.repository = new FileRepository(folder.toFile());
        this.uses = uses;
    }

    /** Makes an empty copy. */
    static void create(Path folder) throws IOException {
        try (var repository = new FileRepository(folder.toFile())) {
            repository.create(true);
        }
    }

    Repository repository() {
        return repository;
    }

    /** Whether the copy holds {@code commit}, as a commit. */
    boolean contains(CommitSha commit) throws IOException {
        try (var walk = new RevWalk(repository)) {
            walk.parseCommit(ObjectId.fromString(commit.value()));
            return true;
        } catch (MissingObjectException | IncorrectObjectTypeException e) {
            return false;
        }
    }

    /** Whether what branches and tags point to can be read, which a crash or a failing disk may have prevented. */
    boolean isWhole() throws IOException {
        try (var walk = new RevWalk(repository)) {
            for (var ref : repository.getRefDatabase().getRefs()) {
                if (ref.getObjectId() != null) {
                    walk.parseAny(ref.getObjectId());
                }
            }
            return true;
        } catch (MissingObjectException e) {
            return false;
        }
    }

    @Override
    public void close() {
        repository.close();
        uses.release();
    }
}
