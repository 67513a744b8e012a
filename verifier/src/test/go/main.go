// Reads an exported audit log with golang.org/x/mod/sumdb, the code that checks Go's own module log: opens the checkpoint,
// verifies the tiles against its root, the inclusion of every entry, and the consistency of all sizes asked for.
//
//	tlogcheck VKEY EXPORT.zip [SIZE...]
package main

import (
	"archive/zip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// files reads tiles where tlog-tiles has them; sumdb names the same tiles tile/<height>/<level>/….
type files struct{ zip *zip.ReadCloser }

func (f files) Height() int { return tileHeight }

func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		content, err := f.read("tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight)))
		if err != nil {
			return nil, err
		}
		data = append(data, content)
	}
	return data, nil
}

func (f files) read(name string) ([]byte, error) {
	file, err := f.zip.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// entries are the leaves of a log with this many.
func (f files) entries(size int64) ([][]byte, error) {
	var entries [][]byte
	for n := int64(0); n<<tileHeight < size; n++ {
		width := size - n<<tileHeight
		if width > 1<<tileHeight {
			width = 1 << tileHeight
		}
		// Same path as a tile of level 0, but for the level.
		path := tlog.Tile{H: tileHeight, L: 0, N: n, W: int(width)}.Path()
		bundle, err := f.read("tile/entries/" + strings.TrimPrefix(path, fmt.Sprintf("tile/%d/0/", tileHeight)))
		if err != nil {
			return nil, err
		}
		for len(bundle) >= 2 {
			end := 2 + int(bundle[0])<<8 + int(bundle[1])
			if end > len(bundle) {
				return nil, errors.New("an entry bundle ends within an entry")
			}
			entries, bundle = append(entries, bundle[2:end]), bundle[end:]
		}
	}
	return entries, nil
}

// head reads the text of a checkpoint, which is that of sumdb but for the first line.
func head(text string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 {
		return tlog.Tree{}, errors.New("a checkpoint has three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, errors.New("no root")
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree, nil
}

func check(vkey, export string, sizes []string) error {
	archive, err := zip.OpenReader(export)
	if err != nil {
		return err
	}
	defer archive.Close()
	log := files{archive}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	checkpoint, err := log.read("checkpoint")
	if err != nil {
		return err
	}
	opened, err := note.Open(checkpoint, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	tree, err := head(opened.Text)
	if err != nil {
		return err
	}
	// Holds every tile that it reads against the root.
	hashes := tlog.TileHashReader(tree, log)
	entries, err := log.entries(tree.N)
	if err != nil {
		return err
	}
	if int64(len(entries)) != tree.N {
		return fmt.Errorf("%d entries, but the checkpoint has %d", len(entries), tree.N)
	}
	for i, entry := range entries {
		proof, err := tlog.ProveRecord(tree.N, int64(i), hashes)
		if err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), tlog.RecordHash(entry)); err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
	}
	for _, word := range sizes {
		size, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return err
		}
		older, err := tlog.TreeHash(size, hashes)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, size, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, size, older); err != nil {
			return fmt.Errorf("size %d: %w", size, err)
		}
		fmt.Printf("%d %s\n", size, base64.StdEncoding.EncodeToString(older[:]))
	}
	fmt.Printf("%d entries are included\n", tree.N)
	return nil
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: tlogcheck VKEY EXPORT.zip [SIZE...]")
		os.Exit(2)
	}
	if err := check(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "tlogcheck:", err)
		os.Exit(1)
	}
}
