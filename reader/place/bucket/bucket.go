// Package bucket reads and writes objects in buckets of S3, Google Cloud Storage and Azure
// Blob Storage, with the credentials that their own tools use on this machine.
//
// It is built only with the tag cloud, because the libraries are large; without it, New says
// so. Start at New.
package bucket
