package io.animus.kernel.audit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tree, against RFC 6962 word by word, and against the vectors that Certificate Transparency tests itself with. */
class TreeTest {
    private static final List<String> CT_LEAVES =
            List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");
    private static final List<String> CT_ROOTS = List.of(
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    private static final int SMALL = 70;

    private final NaiveTree naive = NaiveTree.ofSize(70_000);
    private final Random random = new Random(7);

    @Test
    void rootsAreThoseOfCertificateTransparency() {
        var hasher = new TreeHasher();
        var leaves = CT_LEAVES.stream().map(hex -> hasher.leaf(HexFormat.of().parseHex(hex)));
        var frontier = Frontier.EMPTY;
        var roots = new ArrayList<String>();
        for (var leaf : leaves.toList()) {
            frontier = frontier.append(List.of(leaf)).frontier();
            roots.add(frontier.root().toString());
        }

        assertThat(roots).isEqualTo(CT_ROOTS);
        assertThat(Frontier.EMPTY.root())
                .hasToString("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @Test
    void growsToTheSameTreeInBatchesOfAnySize() {
        var frontier = Frontier.EMPTY;
        var completed = new ArrayList<Frontier.Completed>();
        while (frontier.size() < naive.leaves().size()) {
            var start = (int) frontier.size();
            var end = Math.min(naive.leaves().size(), start + random.nextInt(3000));
            var growth = frontier.append(naive.leaves().subList(start, end));
            frontier = growth.frontier();
            completed.addAll(growth.completed());
            assertThat(frontier.root()).isEqualTo(naive.root(end));
        }

        assertThat(completed).hasSize(273 + 1);
        for (var one : completed) {
            var tile = new Tile(one.level(), one.subtree().index() / 256, Tile.FULL);
            var from = (int) (one.subtree().index() % 256);
            var level = naive.read(List.of(new Tile(tile.level(), tile.index(), from + 1)));
            assertThat(Hash.split(level.values().iterator().next()).get(from)).isEqualTo(one.hash());
        }
    }

    @Test
    void provesEveryLeafOfEverySmallTree() {
        var proofs = new Proofs(naive);
        for (var size = 1; size <= SMALL; size++) {
            assertThat(proofs.root(size)).isEqualTo(naive.root(size));
            for (var index = 0; index < size; index++) {
                var proof = proofs.inclusion(index, size);
                assertThat(proof.path()).isEqualTo(naive.inclusion(index, size));
                assertThat(proof.verifies(naive.leaves().get(index), naive.root(size)))
                        .isTrue();
            }
        }
    }

    @Test
    void provesThatEverySmallTreeIsTheBeginningOfEveryLaterOne() {
        var proofs = new Proofs(naive);
        for (var to = 1; to <= SMALL; to++) {
            assertThat(proofs.consistency(0, to).verifies(Hash.EMPTY_TREE, naive.root(to)))
                    .isTrue();
            for (var from = 1; from <= to; from++) {
                var proof = proofs.consistency(from, to);
                assertThat(proof.path()).isEqualTo(naive.consistency(from, to));
                assertThat(proof.verifies(naive.root(from), naive.root(to))).isTrue();
            }
        }
    }

    @Test
    void provesOverSeveralLevelsOfTiles() {
        var proofs = new Proofs(naive);
        for (var i = 0; i < 60; i++) {
            var size = 1 + random.nextInt(naive.leaves().size());
            var index = random.nextInt(size);
            var from = 1 + random.nextInt(size);
            assertThat(proofs.inclusion(index, size).path()).isEqualTo(naive.inclusion(index, size));
            var proof = proofs.consistency(from, size);
            assertThat(proof.path()).isEqualTo(naive.consistency(from, size));
            assertThat(proof.verifies(naive.root(from), naive.root(size))).isTrue();
        }
    }

    @Test
    void noChangedProofVerifies() {
        var proofs = new Proofs(naive);
        for (var i = 0; i < 200; i++) {
            var size = 2 + random.nextInt(500);
            var index = random.nextInt(size);
            var from = 1 + random.nextInt(size - 1);
            var leaf = naive.leaves().get(index);
            var inclusion = proofs.inclusion(index, size);
            var consistency = proofs.consistency(from, size);

            for (var path : changes(inclusion.path())) {
                assertThat(new InclusionProof(index, size, path).verifies(leaf, naive.root(size)))
                        .isFalse();
            }
            for (var path : changes(consistency.path())) {
                assertThat(new ConsistencyProof(from, size, path).verifies(naive.root(from), naive.root(size)))
                        .isFalse();
            }
            assertThat(inclusion.verifies(naive.leaves().get(size), naive.root(size)))
                    .isFalse();
            assertThat(inclusion.verifies(leaf, naive.root(size + 1))).isFalse();
            assertThat(consistency.verifies(naive.root(from + 1), naive.root(size)))
                    .isFalse();
        }
    }

    @Test
    void twoTreesOfOneSizeAreConsistentOnlyIfTheyAreEqual() {
        assertThat(new ConsistencyProof(3, 3, List.of()).verifies(naive.root(3), naive.root(3)))
                .isTrue();
        assertThat(new ConsistencyProof(3, 3, List.of()).verifies(naive.root(3), naive.root(4)))
                .isFalse();
        assertThat(new ConsistencyProof(0, 3, List.of()).verifies(naive.root(1), naive.root(3)))
                .isFalse();
        assertThat(new ConsistencyProof(2, 3, List.of()).verifies(naive.root(2), naive.root(2)))
                .isFalse();
    }

    @Test
    void refusesToProveWhatIsNotThere() {
        var proofs = new Proofs(naive);

        assertThatIllegalArgumentException().isThrownBy(() -> proofs.inclusion(5, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> proofs.consistency(6, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> new Frontier(3, List.of(Hash.EMPTY_TREE)));
    }

    /** The path with a hash dropped, added, changed, or two of them swapped. */
    private static List<List<Hash>> changes(List<Hash> path) {
        var longer = Stream.concat(path.stream(), Stream.of(Hash.EMPTY_TREE)).toList();
        if (path.isEmpty()) {
            return List.of(longer);
        }
        var changed = new ArrayList<>(path);
        changed.set(path.size() / 2, Hash.EMPTY_TREE);
        if (path.size() == 1) {
            return List.of(longer, List.of(), changed);
        }
        var swapped = new ArrayList<>(path);
        swapped.add(swapped.remove(0));
        return List.of(longer, path.subList(1, path.size()), path.subList(0, path.size() - 1), changed, swapped);
    }
}
