"""Fields on a grid, from GeoTIFF and NetCDF: read by a bounded child, turned north up, refused with a reason where their place is not sure."""
