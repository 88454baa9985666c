package page

import "math"

// chart is a picture of columns. Its coordinates are those of an SVG that is stretched to
// the width of the page: one unit wide for each column, and height units high. Its labels
// are text outside of the picture, so that they stay readable on a phone.
type chart struct {
	Width   int
	Bars    []bar
	Line    string // points of a polyline; empty if there is none
	Top     string // label of the upper end
	Middle  string // label of the middle
	Start   string // label of the first column
	Half    string // label of the middle column
	End     string // label of the end
	Summary string // what the picture shows, for those who do not see it
	Few     int    // the width in rem, if there are only a few columns; otherwise 0
}

// bar is a rectangle. Class says what it stands for, Title what it says in words.
type bar struct {
	X, Y, W, H float64
	Class      string
	Title      string
}

const (
	height    = 100
	columnGap = 0.12 // between columns, of their width
	fewest    = 16   // columns that fill the width of the page
)

// column returns a bar of a value from the given base, in column x.
func column(x int, base, value, top float64, class, title string) bar {
	h := round(height * share(value, top))
	return bar{X: round(float64(x) + columnGap/2), Y: round(height - height*share(base, top) - h), W: 1 - columnGap, H: h, Class: class, Title: title}
}

// round keeps pages small.
func round(v float64) float64 { return math.Round(v*100) / 100 }

// few returns how wide a chart of n columns is, in rem.
func few(n int) int {
	if n >= fewest {
		return 0
	}
	return max(3*n, 8)
}

// ceiling returns a round number that is not below v, such as 1.5, 20 or 800.
func ceiling(v float64) float64 {
	if v <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range []float64{1, 1.5, 2, 3, 4, 5, 6, 8, 10} {
		if step*power >= v*(1-1e-9) {
			return step * power
		}
	}
	return 10 * power
}
