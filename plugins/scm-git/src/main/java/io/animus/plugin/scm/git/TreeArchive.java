package io.animus.plugin.scm.git;

import io.animus.api.scm.SourceArchive;
import io.animus.api.types.CommitSha;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectChecker;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * Writes the tree of a commit as a tar: entries in git's order, modes 644 and 755, links as links, a submodule as the
 * empty folder it is without its repository. Trees that git itself would refuse to check out are refused.
 */
final class TreeArchive {
    private static final byte[] NO_LINK = {};
    // Of all trees on the way to an entry together, since those are held at once.
    private static final int MAX_TREES = 16 << 20;
    // Of a path and of the target of a link: what Linux can have.
    private static final int MAX_PATH = 4096;

    private final ArchiveTarget target;
    private final long maxBytes;
    private final List<Integer> trees = new ArrayList<>();

    /** A limit was passed: a few small trees can name one another to make a huge archive. */
    static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1L;
    }

    TreeArchive(ArchiveTarget target, long maxBytes) {
        this.target = target;
        this.maxBytes = maxBytes;
    }

    SourceArchive write(Repository repository, CommitSha commit) throws IOException {
        try (var reader = repository.newObjectReader();
                var commits = new RevWalk(reader);
                var walk = new TreeWalk(reader)) {
            var root = commits.parseCommit(ObjectId.fromString(commit.value()));
            var tar = new Tar(target, root.getCommitTime() & 0xffffffffL);
            enter(reader, root.getTree(), 0);
            walk.addTree(root.getTree());
            while (walk.next()) {
                entry(reader, walk, tar);
            }
            tar.end();
            return new SourceArchive(commit, target.digest(), target.size());
        }
    }

    private void entry(ObjectReader reader, TreeWalk walk, Tar tar) throws IOException {
        var mode = walk.getFileMode();
        var id = walk.getObjectId(0);
        var name = walk.getRawPath();
        if (name.length > MAX_PATH) {
            throw new TooLarge();
        }
        if (FileMode.TREE.equals(mode)) {
            enter(reader, id, walk.getDepth() + 1);
            tar.entry(Tar.FOLDER, folder(name), 0755, 0, NO_LINK);
            walk.enterSubtree();
        } else if (FileMode.GITLINK.equals(mode)) {
            tar.entry(Tar.FOLDER, folder(name), 0755, 0, NO_LINK);
        } else if (FileMode.SYMLINK.equals(mode)) {
            var link = read(reader, id, Constants.OBJ_BLOB, MAX_PATH);
            tar.entry(Tar.SYMLINK, name, 0777, 0, link);
        } else {
            var file = reader.open(id, Constants.OBJ_BLOB);
            refuseBeyond(file.getSize());
            tar.entry(Tar.FILE, name, FileMode.EXECUTABLE_FILE.equals(mode) ? 0755 : 0644, file.getSize(), NO_LINK);
            file.copyTo(target);
            tar.pad(file.getSize());
        }
        refuseBeyond(0);
    }

    private void refuseBeyond(long more) throws TooLarge {
        if (target.size() + more > maxBytes) {
            throw new TooLarge();
        }
    }

    private void enter(ObjectReader reader, ObjectId tree, int depth) throws IOException {
        trees.subList(depth, trees.size()).clear();
        var held = trees.stream().mapToInt(Integer::intValue).sum();
        var content = read(reader, tree, Constants.OBJ_TREE, MAX_TREES - held);
        trees.add(content.length);
        // Two entries of one name, or one named .. or .git, would let an archive write where it should not.
        new ObjectChecker().setAllowLeadingZeroFileMode(true).checkTree(content);
    }

    private static byte[] read(ObjectReader reader, ObjectId id, int type, int limit) throws IOException {
        var object = reader.open(id, type);
        // Not getCachedBytes(limit), which minds its limit only for objects that JGit does not hold anyway.
        if (object.getSize() > limit) {
            throw new TooLarge();
        }
        return object.getCachedBytes();
    }

    /** Whether {@code failure} says that the tree itself is at fault, not the copy of it. */
    static boolean isRefusal(IOException failure) {
        return failure instanceof TooLarge || failure instanceof CorruptObjectException;
    }

    private static byte[] folder(byte[] name) {
        var folder = Arrays.copyOf(name, name.length + 1);
        folder[name.length] = '/';
        return folder;
    }
}
