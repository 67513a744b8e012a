package io.animus.plugin.scm.git;

import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * JGit without the machine's habits: no configuration of a user or the system, no environment. What somebody wrote to
 * {@code ~/.gitconfig} (rewritten URLs, proxies, filters, credentials) must not change what a commit is.
 */
final class IsolatedSystem extends SystemReader {

    /**
     * Makes JGit use this from now on, for as long as JGit's bundle lives: it keeps the reader in a static field, and
     * putting the old one back while another instance works would open the door for that one.
     */
    static void install() {
        SystemReader.setInstance(new IsolatedSystem());
    }

    @Override
    public String getHostname() {
        return "localhost";
    }

    @Override
    public @Nullable String getProperty(String key) {
        return System.getProperty(key);
    }

    @Override
    @SuppressWarnings("deprecation")
    public long getCurrentTime() {
        return System.currentTimeMillis();
    }

    @Override
    @SuppressWarnings("deprecation")
    public int getTimezone(long when) {
        return 0;
    }

    @Override
    public @Nullable String getenv(String variable) {
        return null;
    }

    @Override
    public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
        return new Fixed(parent, fs);
    }

    @Override
    public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
        return new Fixed(parent, fs);
    }

    @Override
    public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
        return new Fixed(parent, fs);
    }

    private static final class Fixed extends FileBasedConfig {
        private Fixed(@Nullable Config parent, FS fs) {
            super(parent, null, fs);
            // A login belongs to the host that the operator named, and the operator named no other host.
            setString("http", null, "followRedirects", "false");
        }

        @Override
        public void load() {
            // There is no file to read.
        }

        @Override
        public void save() {
            // JGit measures the file system's clock and would like to keep the result; it may measure again.
        }

        @Override
        public boolean isOutdated() {
            return false;
        }
    }
}
